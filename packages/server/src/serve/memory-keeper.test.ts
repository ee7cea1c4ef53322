import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { memoryPlan } from "../memory/memory-plan.ts";
import { threadBytes } from "../memory/worker-memory.ts";
import { createLog } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { MemoryKeeper } from "./memory-keeper.ts";

const MIB = 2 ** 20;
const MAX = 1024 * MIB;

describe("MemoryKeeper", () => {
  it("refuses new things while memory is short, says so once, in metrics and to /readyz", async () => {
    const { keeper, lines, metrics, take } = stage();
    keeper.look();
    expect([keeper.notes(), keeper.ledger.isTight]).toEqual([[], false]);
    take(0.95 * MAX);
    for (let k = 0; k < 5; k++) keeper.look();
    expect(keeper.ledger.isTight).toBe(true);
    expect(keeper.notes()[0]).toMatch(/^memory is short/);
    keeper.observe();
    const text = await metrics.text({ tenants: false });
    expect(text).toContain(`foreshock_memory_bytes{what="resident"} ${0.95 * MAX}`);
    expect(text).toContain(`foreshock_memory_bytes{what="max"} ${MAX}`);
    expect(text).toContain("foreshock_memory_tight 1");
    take(0.8 * MAX);
    for (let k = 0; k < 5; k++) keeper.look();
    expect([keeper.notes(), keeper.ledger.isTight]).toEqual([[], false]);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      "memory is short: new series and long reads are refused",
      "there is memory again: new series and long reads are taken",
    ]);
  });

  it("ends the thread that takes more than its part once memory is short, and not before", async () => {
    const { keeper, take } = stage();
    const code = "const all = []; for (;;) all.push(new Float64Array(2 ** 17).fill(1))";
    const worker = new Worker(code, { eval: true });
    await once(worker, "online");
    const { promise, resolve } = Promise.withResolvers<Error>();
    keeper.watch(() => [
      { kind: "host", name: "host 0", host: 0, bytes: () => threadBytes(worker), end: resolve },
    ]);
    while ((await threadBytes(worker)) < 200 * MIB) keeper.look();
    take(0.95 * MAX);
    const timer = setInterval(() => keeper.look(), 10);
    const { message } = await promise;
    clearInterval(timer);
    await worker.terminate();
    expect(message).toMatch(/^took \d+ MiB of memory, \d+ MiB were its part$/);
  });

  it("tells /readyz when all that may be charged is charged", () => {
    const { keeper } = stage();
    const { ledger } = keeper;
    ledger.setHeld(0, ledger.potBytes, 0);
    expect(keeper.notes()[0]).toMatch(/^memory for series is used up/);
  });
});

function stage() {
  const lines: string[] = [];
  const metrics = new Metrics("test", false);
  let resident = 0.5 * MAX;
  const keeper = new MemoryKeeper({
    plan: memoryPlan(MAX, { ownerCount: 1, hostCount: 1, decoderCount: 2 }),
    hostCount: 1,
    log: createLog("info", { write: (line) => void lines.push(line) }),
    metrics,
    residentBytes: () => resident,
  });
  const take = (bytes: number): void => {
    resident = bytes;
  };
  return { keeper, lines, metrics, take };
}
