import { describe, expect, it } from "vitest";
import { type Flow, type FlowFault, FlowWatch } from "./flow-watch.ts";

const LIMITS = { bytesPerSecondMin: 1024, uploadWindowMs: 10_000, unreadWindowMs: 15_000 };

/** Looks once a second; `bytes(second)` is what has moved by then. The second of the first fault. */
function firstFault(
  direction: "in" | "out",
  bytes: (second: number) => number,
  seconds = 120,
): readonly [second: number, fault: FlowFault] | undefined {
  const watch = new FlowWatch(LIMITS);
  for (let second = 0; second <= seconds; second++) {
    const moved = bytes(second);
    const flow: Flow =
      direction === "in"
        ? { bytesIn: moved, bytesOut: 0, awaitsBody: true, hasUnsent: false }
        : { bytesIn: 0, bytesOut: moved, awaitsBody: false, hasUnsent: true };
    const fault = watch.look(second * 1000, flow);
    if (fault !== undefined) return [second, fault];
  }
  return undefined;
}

describe("FlowWatch", () => {
  it("ends an upload that stands still, or comes a byte a second, after ten seconds", () => {
    expect(firstFault("in", () => 500)).toEqual([10, "slow-upload"]);
    expect(firstFault("in", (second) => second)).toEqual([10, "slow-upload"]);
  });

  it("ends a reply that is not read, or read a byte a second, after fifteen seconds", () => {
    expect(firstFault("out", () => 500)).toEqual([15, "unread-reply"]);
    expect(firstFault("out", (second) => second)).toEqual([15, "unread-reply"]);
  });

  it("leaves a kilobyte a second alone for good", () => {
    expect(firstFault("in", (second) => 1024 * second)).toBeUndefined();
    expect(firstFault("out", (second) => 1024 * second)).toBeUndefined();
  });

  it("sees a client that stops after a good beginning within two windows", () => {
    const stops = (second: number) => Math.min(second, 12) * 100_000;
    expect(firstFault("in", stops)![0]).toBeLessThanOrEqual(30);
  });

  it("does not count time in which the client is not waited for", () => {
    const watch = new FlowWatch(LIMITS);
    for (let second = 0; second < 300; second++) {
      const waits = second % 10 !== 9;
      const flow = { bytesIn: 0, bytesOut: 0, awaitsBody: waits, hasUnsent: waits };
      expect(watch.look(second * 1000, flow)).toBeUndefined();
    }
  });
});
