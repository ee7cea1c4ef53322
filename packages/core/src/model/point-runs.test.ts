import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forEachRun, startOf } from "./point-runs.ts";

describe("runs of points", () => {
  it("by hand: three runs of 2, 0 and 3 points", () => {
    const ends = Int32Array.of(2, 2, 5);
    const seen: number[][] = [];
    forEachRun({ ends }, (...run) => seen.push(run));
    expect(seen).toEqual([
      [0, 0, 2],
      [1, 2, 2],
      [2, 2, 5],
    ]);
    expect([0, 1, 2].map((run) => startOf(ends, run))).toEqual([0, 2, 2]);
  });

  it("cover the columns without a gap, whatever their lengths", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5)), (lengths) => {
        let end = 0;
        const ends = Int32Array.from(lengths, (length) => (end += length));
        let next = 0;
        forEachRun({ ends }, (run, from, to) => {
          expect([from, to - from]).toEqual([next, lengths[run]]);
          expect(startOf(ends, run)).toBe(from);
          next = to;
        });
        expect(next).toBe(end);
      }),
    );
  });
});
