import { MINUTE_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { countAlarms, poolAlarms, qualityOf } from "./alarms.ts";

const minutes = (count: number) => Float64Array.from({ length: count }, (_, i) => i * MINUTE_MS);

describe("countAlarms", () => {
  const score = Float64Array.of(0, 1, 0, 1, 0, 0, 0, 0, 1, Number.NaN);
  const labels = Uint8Array.of(0, 0, 1, 1, 0, 0, 0, 0, 0, 0);
  const rule = { threshold: 0.5, mergeGap: 1, tolerance: 0 };

  it("by hand: runs one quiet point apart are one alarm, which touches the event; the last is false", () => {
    const counts = countAlarms(score, labels, minutes(10), rule);
    expect(counts).toMatchObject({ events: 1, detected: 1, alarms: 2, trueAlarms: 1 });
    expect(counts.delaysMs).toEqual([MINUTE_MS]);
    expect(counts.days).toBeCloseTo(10 / 1440, 12);
    const { precision, recall, f1, falsePerDay } = qualityOf(counts);
    expect([precision, recall]).toEqual([0.5, 1]);
    expect(f1).toBeCloseTo(2 / 3, 12);
    expect(falsePerDay).toBeCloseTo(144, 9);
  });

  it("lets an alarm miss its event by the tolerance, with a delay before its start", () => {
    const beside = { ...rule, mergeGap: 0, tolerance: 1 };
    const counts = countAlarms(score, labels, minutes(10), beside);
    expect(counts).toMatchObject({ detected: 1, alarms: 3, trueAlarms: 2 });
    expect(counts.delaysMs).toEqual([-MINUTE_MS]);
  });

  it("knows nothing of an empty series, and 0 is the F1 of silence during an event", () => {
    const none = countAlarms(new Float64Array(0), new Uint8Array(0), new Float64Array(0), rule);
    expect(qualityOf(none).f1).toBeNaN();
    const silent = countAlarms(new Float64Array(10), labels, minutes(10), rule);
    expect(qualityOf(silent).precision).toBeNaN();
    expect(qualityOf(silent).f1).toBe(0);
  });

  it("sums counts, not shares, over series", () => {
    const one = countAlarms(score, labels, minutes(10), rule);
    const pooled = poolAlarms([one, one, one]);
    expect(pooled).toMatchObject({ events: 3, alarms: 6, trueAlarms: 3 });
    expect(qualityOf(pooled).precision).toBe(0.5);
  });
});
