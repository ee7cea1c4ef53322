import { describe, expect, it } from "vitest";
import { peerResidual, settledForm } from "./peer-form.ts";
import { peerMedian } from "./peer-median.ts";

const STEP_MS = 60_000;
const grid = (count: number, fromStep = 0, jitterMs = 0) =>
  Float64Array.from({ length: count }, (_, i) => (fromStep + i) * STEP_MS + jitterMs * (i % 2));
const constant = (value: number, timestamps: Float64Array) => ({
  timestamps,
  values: timestamps.map(() => value),
});

describe("peerMedian", () => {
  it("by hand: the median of 1, 2, 4 and 9 is 3", () => {
    const at = grid(3);
    const others = [1, 2, 4, 9].map((value) => constant(value, at));
    expect(peerMedian(at, others, STEP_MS).median).toEqual(Float64Array.of(3, 3, 3));
  });

  it("matches points in time, not in number: jitter and late starts do no harm", () => {
    const at = grid(100);
    const rising = (timestamps: Float64Array) => ({
      timestamps,
      values: timestamps.map((atMs) => Math.round(atMs / STEP_MS)),
    });
    const others = [
      rising(grid(100, 0, 20_000)),
      rising(grid(60, 40, -15_000)),
      rising(at),
      rising(at),
      rising(at),
    ];
    const { median, count } = peerMedian(at, others, STEP_MS);
    expect(median).toEqual(Float64Array.from(at, (_, i) => i));
    expect([count[10], count[50]]).toEqual([4, 5]);
  });

  it("says nothing where fewer than four others have a value", () => {
    const at = grid(4);
    const holed = {
      timestamps: at,
      values: Float64Array.of(5, Number.NaN, Number.POSITIVE_INFINITY, 5),
    };
    const others = [...[5, 5, 5].map((value) => constant(value, at)), holed];
    const { median, count } = peerMedian(at, others, STEP_MS);
    expect(median).toEqual(Float64Array.of(5, Number.NaN, Number.NaN, 5));
    expect([...count]).toEqual([4, 3, 3, 4]);
  });
});

describe("settledForm", () => {
  const swing = Float64Array.from({ length: 3000 }, (_, i) => 100 + 50 * Math.sin(i / 60));
  const wobble = (i: number) => ((i * 7919) % 101) / 50;

  it("takes the ratio for a node of three times the size, the difference for one beside the others", () => {
    const large = swing.map((value, i) => 3 * value + wobble(i));
    const beside = swing.map((value, i) => value + 20 + wobble(i));
    expect(settledForm(large, swing, STEP_MS)).toMatchObject({ form: "ratio", fromIndex: 1440 });
    expect(settledForm(beside, swing, STEP_MS).form).toBe("difference");
  });

  it("divides by nothing that may be 0, and never before a day of points", () => {
    const counts = swing.map((_, i) => i % 3);
    expect(
      settledForm(
        counts.map((n) => 3 * n),
        counts,
        STEP_MS,
      ).form,
    ).toBe("difference");
    const short = swing.subarray(0, 1000);
    const settled = settledForm(
      short.map((n) => 3 * n),
      short,
      STEP_MS,
    );
    expect(settled).toMatchObject({ form: "difference", fromIndex: 1000 });
  });

  it("knows no ratio to a median far below its usual size", () => {
    const residual = peerResidual(Float64Array.of(6, 6), Float64Array.of(3, 0.1), {
      form: "ratio",
      medianMin: 0.5,
    });
    expect(residual).toEqual(Float64Array.of(2, Number.NaN));
  });
});
