import { describe, expect, it } from "vitest";
import { THIS_CLUSTER, THIS_NODE, ThisMachine } from "./this-machine.ts";

/** Keeps this core busy for a while, so that the CPU figure has something to tell. */
function work(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

describe("ThisMachine", () => {
  it("reports load and memory at once, and the CPU from the second sample on", () => {
    const machine = new ThisMachine();
    const names = () => machine.sample(1000).map(({ metricName }) => metricName);
    const first = names();
    expect(first).toEqual(expect.arrayContaining(["load1", "memory_used"]));
    expect(first).not.toContain("cpu_usage");
    work(300);
    expect(names()).toContain("cpu_usage");
  });

  it("gives one plausible point per metric, on one node, at the instant it is given", () => {
    const machine = new ThisMachine();
    machine.sample(1000);
    work(300);
    for (const series of machine.sample(6000)) {
      expect(series).toMatchObject({ clusterId: THIS_CLUSTER, nodeId: THIS_NODE });
      expect(Array.from(series.timestampsMs)).toEqual([6000]);
      const value = series.values[0]!;
      expect(value).toBeGreaterThanOrEqual(0);
      if (series.metadata?.unit === "%") expect(value).toBeLessThanOrEqual(100);
      if (series.metricName === "cpu_usage") expect(value).toBeGreaterThan(0);
    }
  });

  it("gives counters that never fall", () => {
    const machine = new ThisMachine();
    const counters = () =>
      new Map(
        machine
          .sample(1000)
          .filter(({ counter }) => counter === true)
          .map(({ metricName, values }) => [metricName, values[0]!]),
      );
    const before = counters();
    for (const [metric, value] of counters()) {
      expect(value).toBeGreaterThanOrEqual(before.get(metric)!);
    }
  });
});
