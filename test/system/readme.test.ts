import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
/** What npm needs of a clone; data and files of the commands come beside it. */
const CLONE = ["package.json", "package-lock.json", "packages", "test"];
const MODULES = "node_modules";
/** npm's own word for "installed". */
const MARK = ".package-lock.json";
const PORT = 7070;

/** Command lines of the fenced blocks without a language, in their order; a backslash joins lines. */
function commandsUnder(heading: string): string[] {
  const [, after = ""] = README.split(`\n## ${heading}\n`);
  const section = after.split("\n## ")[0]!;
  const blocks = Array.from(section.matchAll(/^```(\w*)\n(.*?)^```$/gms));
  return blocks.flatMap(([, language, text]) => {
    if (language !== "") return [];
    return text!.replaceAll("\\\n", " ").trimEnd().split("\n");
  });
}

describe("the README", () => {
  const folder = mkdtempSync(join(tmpdir(), "foreshock-readme-"));
  let shell: ChildProcess;
  let port = 0;
  let said = "";

  beforeAll(async () => {
    for (const name of CLONE) symlinkSync(join(ROOT, name), join(folder, name));
    // A folder of its own with a link for each package: whoever installs there changes nothing here.
    mkdirSync(join(folder, MODULES));
    for (const name of readdirSync(join(ROOT, MODULES)).filter((one) => one !== MARK)) {
      symlinkSync(join(ROOT, MODULES, name), join(folder, MODULES, name));
    }
    writeFileSync(join(folder, MODULES, MARK), "{}");
    port = await freePort();
    const own = { FORESHOCK_PORT: String(port), FORESHOCK_URL: `http://127.0.0.1:${port}` };
    const env = { ...process.env, ...own, FORESHOCK_LOG_LEVEL: "error" };
    // One terminal for all of it, in a group of its own, so that the server ends with it.
    shell = spawn("bash", [], { cwd: folder, env, detached: true });
    const hear = (part: Buffer): void => {
      said += String(part);
    };
    shell.stdout!.on("data", hear);
    shell.stderr!.on("data", hear);
  });

  afterAll(async () => {
    const ended = once(shell, "close");
    process.kill(-shell.pid!, "SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a line in the terminal. Returns its exit code and what came of it. */
  async function typed(line: string): Promise<{ code: number; text: string }> {
    const from = said.length;
    shell.stdin!.write(`${line.replaceAll(`:${PORT}`, `:${port}`)}\necho "<<done $?>>"\n`);
    for (;;) {
      const end = /<<done (\d+)>>/.exec(said.slice(from));
      if (end !== null) return { code: Number(end[1]), text: said.slice(from, from + end.index) };
      await new Promise((wait) => setTimeout(wait, 20));
    }
  }

  it("has commands that work as they are, one after the other", { timeout: 240_000 }, async () => {
    const commands = commandsUnder("Connect your own metrics");
    expect(commands.length).toBeGreaterThan(7);
    const texts = new Map<string, string>();
    for (const command of commands) {
      const { code, text } = await typed(command);
      expect(code, `${command}\n${text}`).toBe(0);
      const [name = command] =
        /scope ingest|scope read|top node|curl|detect|rank/.exec(command) ?? [];
      texts.set(name, text);
    }
    expect(texts.get("scope ingest")).toMatch(/^fsk_ing_\w{30,}$/m);
    expect(texts.get("scope read")).toMatch(/^http:\/\/127.0.0.1:\d+\/\?key=fsk_ro_\w{30,}$/m);
    expect(texts.get("top node")).toContain("node-1");
    expect(texts.get("curl")).toMatch(/"acceptedPoints":1,"storedPoints":1/);
    expect(texts.get("detect")).toMatch(/2025-11-26 16:2\d/);
    expect(texts.get("rank")).toMatch(/cpu_usage|data/);
  });

  it("tells Prometheus to try again what found no room", () => {
    expect(README).toMatch(/queue_config:\n +retry_on_http_429: true/);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
