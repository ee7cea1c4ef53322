import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import { FROM_SOURCE } from "./from-source.ts";

const MAIN = resolve(import.meta.dirname, "../../packages/server/src/main.ts");

/** The program itself, as an operator starts it. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
  /** Lines of the log so far, parsed. */
  readonly log: readonly LogLine[];
  /** Exit code, or the signal that ended it, and everything it wrote for people. */
  readonly ended: Promise<Ended>;
}

export interface LogLine {
  readonly msg: string;
  readonly level: string;
  readonly [fact: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly text: string;
}

/** A key of a new tenant in a data folder. */
export function keyIn(dataDir: string, tenant = "acme"): string {
  const control = ControlDb.open(`${dataDir}/control.db`, () => Date.now());
  control.ensureTenant(tenant);
  const { token } = control.createKey({ tenant, scope: "manage" });
  control.close();
  return token;
}

/** Starts `foreshock serve` and waits until it says where. @throws when it ends before that. */
export async function serveProcess(
  dataDir: string,
  flags: readonly string[] = [],
  imports: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const all = ["--port", "0", ...flags];
  const { child, log, text, ended } = spawnServer(all, dataDir, imports, env);
  const lines = createInterface({ input: child.stderr! });
  const said = (async () => {
    for await (const line of lines) {
      const [, url] = /foreshock (http:\S+)/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    return undefined;
  })();
  const url = await said;
  if (url === undefined) throw new Error(`the server did not start: ${text()}`);
  child.stderr!.resume();
  return { child, url, port: Number(new URL(url).port), log, ended };
}

/** Starts `foreshock serve`, and waits for nothing. */
export function beginServer(dataDir: string): Pick<ServerProcess, "child" | "ended" | "log"> {
  return spawnServer(["--port", "0"], dataDir, []);
}

/** Starts `foreshock serve` and waits until it ends. */
export function serveToItsEnd(dataDir: string, flags: readonly string[]): Promise<Ended> {
  return spawnServer(flags, dataDir, []).ended;
}

function spawnServer(
  flags: readonly string[],
  dataDir: string,
  imports: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const node = [FROM_SOURCE, ...imports.flatMap((file) => ["--import", file])];
  const args = [...node, MAIN, "serve", "--data-dir", dataDir, ...flags];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const log: LogLine[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) log.push(JSON.parse(line) as LogLine);
  });
  let said = "";
  child.stderr.on("data", (part) => {
    said += String(part);
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, text: said }));
  return { child, log, text: () => said, ended };
}
