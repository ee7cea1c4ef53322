import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "packages/server/src/main.ts");

/** Writes what the process loads to its standard error, a line each. */
const WATCH = `import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { process.stderr.write("loaded " + url + "\\n"); return next(url, context); } });`;

describe("what a command loads", () => {
  it("is next to nothing for the version", () => {
    const { out, loaded } = run("--version");
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(loaded.map((url) => url.split("/").at(-1))).toEqual(["main.ts", "version.ts"]);
    expect(run("-V").out).toBe(out);
  });

  it("holds none of the server for commands that run none", () => {
    const { out, loaded } = run("--help");
    expect(out).toContain("Usage: foreshock");
    const ofServer =
      /node_modules\/(fastify|zod|pino|prom-client|@scalar)\/|src\/(serve|host|query)\//;
    expect(loaded.filter((url) => ofServer.test(url))).toEqual([]);
  });
});

function run(flag: string): { readonly out: string; readonly loaded: readonly string[] } {
  const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=foreshock-source", "--import", watch, MAIN, flag],
    { encoding: "utf8" },
  );
  const lines = stderr.split("\n").filter((line) => line.startsWith("loaded file:"));
  return { out: stdout, loaded: lines.map((line) => line.slice("loaded ".length)) };
}
