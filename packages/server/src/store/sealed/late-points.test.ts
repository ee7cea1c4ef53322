import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectLinear } from "../../../testing/linear-cost.ts";
import { LatePoints } from "./late-points.ts";

describe("late points", () => {
  it("are in order with the newest value of each instant, however they came and were asked for", () => {
    const call = fc.record({
      atMs: fc.integer({ min: 0, max: 50 }),
      value: fc.integer(),
      isAskedAfter: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
        const late = new LatePoints();
        const wanted = new Map<number, number>();
        for (const { atMs, value, isAskedAfter } of calls) {
          late.set(3, atMs, value);
          wanted.set(atMs, value);
          if (isAskedAfter) expect(pairsOf(late)).toEqual(sorted(wanted));
        }
        expect(pairsOf(late)).toEqual(sorted(wanted));
      }),
    );
  });

  it("of one instant do not pile up: ten thousand values of it are one point", () => {
    const late = new LatePoints();
    for (let k = 0; k < 10_000; k++) late.set(3, 7, k);
    expect(pairsOf(late)).toEqual([[7, 9999]]);
  });

  it.each([
    ["newest first", (k: number) => -k],
    ["anywhere", (k: number) => Math.imul(k, 0x9e3779b1) >>> 0],
    ["in order", (k: number) => k],
  ])("cost what they are: %s", async (_, timeOf) => {
    await expectLinear(
      (n) => () => {
        const late = new LatePoints();
        for (let k = 0; k < n; k++) late.set(3, timeOf(k), k);
        return late.of(3);
      },
      16_384,
    );
  });

  function pairsOf(late: LatePoints): (readonly [number, number])[] {
    const { timestampsMs, values } = late.of(3);
    return Array.from(timestampsMs, (atMs, i) => [atMs, values[i]!] as const);
  }

  function sorted(points: ReadonlyMap<number, number>): (readonly [number, number])[] {
    return [...points].sort(([a], [b]) => a - b);
  }
});
