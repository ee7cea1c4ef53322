import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pollHealth } from "../tooling/poll-health.ts";

/** What the same questions show of a process that does nothing: so much of a figure is the machine's. */
export interface MachineShare {
  readonly healthGapMs: number;
  readonly blockMs: number;
}

export async function watchMachine(): Promise<{ stop(): Promise<MachineShare> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "idle-door.ts")]);
  const lines = createInterface({ input: child.stdout });
  const [url] = (await once(lines, "line")) as [string];
  const poll = pollHealth(url);
  return {
    stop: async () => {
      const healthGapMs = await poll.stop();
      const said = once(lines, "line");
      child.stdin.end();
      const [text] = (await said) as [string];
      return { healthGapMs, blockMs: Number(text) };
    },
  };
}
