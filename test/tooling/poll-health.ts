import { spawn } from "node:child_process";
import { join } from "node:path";

/** Asks /healthz every 100 ms from a process of its own, so that what the asking test does counts for nothing. */
export interface HealthPoll {
  /** @returns the longest time between two good answers, in ms; the pause of 100 ms is in it. */
  stop(): Promise<number>;
}

export function pollHealth(url: string): HealthPoll {
  const child = spawn(process.execPath, [join(import.meta.dirname, "health-poller.ts"), url]);
  let said = "";
  child.stdout.on("data", (text: Buffer) => {
    said += text.toString();
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        child.on("close", () => resolve(Number(said)));
        child.stdin.end();
      }),
  };
}
