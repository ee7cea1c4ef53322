import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ControlDb } from "../../packages/server/src/tenant/control-db.ts";
import { FROM_SOURCE } from "../tooling/from-source.ts";

const MAIN = resolve(import.meta.dirname, "../../packages/server/src/main.ts");
const START_MS = 60_000;
/** Far more than a run sends: what is tried is decoding and reading, not the limits. */
const UNLIMITED = 1e9;

/** The real server as a process of its own, on a folder of its own, with one tenant without limits. */
export interface ServerProcess {
  readonly url: string;
  readonly key: string;
  /** What it wrote to stderr and stdout. */
  output(): string;
  isAlive(): boolean;
  /** Asks it to end and removes its folder. @returns the exit code; null where it was killed. */
  stop(): Promise<number | null>;
}

export async function startServerProcess(): Promise<ServerProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), "foreshock-fuzz-"));
  const key = openTenant(dataDir);
  const args = ["serve", "--port", "0", "--data-dir", dataDir, "--log-level", "error"];
  const child = spawn(process.execPath, [FROM_SOURCE, MAIN, ...args]);
  let output = "";
  const heard = (text: Buffer) => {
    output = (output + text.toString()).slice(-100_000);
  };
  child.stdout.on("data", heard);
  child.stderr.on("data", heard);
  const url = await urlOf(child, () => output);
  return {
    url,
    key,
    output: () => output,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      rmSync(dataDir, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

function openTenant(dataDir: string): string {
  const control = ControlDb.open(join(dataDir, "control.db"), () => Date.now());
  control.ensureTenant("acme");
  control.changeSettings("acme", {
    limits: {
      pointsPerSecond: UNLIMITED,
      pointsBurst: UNLIMITED,
      ingestRequestsPerSecond: UNLIMITED,
      queryRequestsPerSecond: UNLIMITED,
    },
  });
  const { token } = control.createKey({ tenant: "acme", scope: "manage" });
  control.close();
  return token;
}

async function urlOf(child: ChildProcess, output: () => string): Promise<string> {
  const endMs = Date.now() + START_MS;
  for (;;) {
    const url = /http:\/\/[\d.:]+/.exec(output())?.[0];
    if (url !== undefined) return url;
    if (child.exitCode !== null || Date.now() > endMs) {
      throw new Error(`the server did not start: ${output()}`);
    }
    await new Promise((next) => setTimeout(next, 50));
  }
}
