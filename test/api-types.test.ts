import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { FROM_SOURCE } from "./tooling/from-source.ts";

const ROOT = resolve(import.meta.dirname, "..");

it("has the client's types made from the server's OpenAPI file as it is now", () => {
  const generator = join(ROOT, "packages/client/tooling/generate.ts");
  const done = spawnSync(process.execPath, [FROM_SOURCE, generator, "--check"], {
    encoding: "utf8",
    cwd: ROOT,
  });
  expect(`${done.stdout}${done.stderr}`).toBe("");
  expect(done.status).toBe(0);
});
