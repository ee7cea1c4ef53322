import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { GreedyThread, type WatchedThread } from "./greedy-thread.ts";
import { threadBytes } from "./worker-memory.ts";

const MIB = 2 ** 20;
const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

describe("GreedyThread", () => {
  it("ends the one thread that takes columns without end, busy as it is", async () => {
    const ended: string[] = [];
    const calm = watched("calm", "setInterval(() => {}, 1000)", ended);
    const greedy = watched(
      "greedy",
      "const all = []; for (;;) all.push(new Float64Array(2 ** 17).fill(1))",
      ended,
    );
    const guard = new GreedyThread(() => [calm, greedy]);
    let found: string | undefined;
    while (found === undefined) found = await guard.look();
    expect(found).toBe("greedy");
    expect(ended).toEqual([expect.stringMatching(/^greedy: took \d+ MiB of memory, 96 MiB were/)]);
  });

  it("ends nobody who is within what may be expected, nor a thread that has ended by itself", async () => {
    const ended: string[] = [];
    const gone = watched("gone", "", ended);
    await new Promise((resolve) => workers.at(-1)!.once("exit", resolve));
    const calm = watched("calm", "setInterval(() => {}, 1000)", ended);
    expect(await new GreedyThread(() => [gone, calm]).look()).toBeUndefined();
    expect(ended).toEqual([]);
  });
});

function watched(name: string, code: string, ended: string[]): WatchedThread {
  const worker = new Worker(code, { eval: true });
  workers.push(worker);
  return {
    name,
    bytes: () => threadBytes(worker),
    bytesMax: () => 96 * MIB,
    end: (error) => {
      ended.push(`${name}: ${error.message}`);
      void worker.terminate();
    },
  };
}
