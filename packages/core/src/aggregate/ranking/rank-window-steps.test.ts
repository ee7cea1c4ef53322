import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../model/time.ts";
import { type RankWindowInput, rankWindow, rankWindowSteps } from "./rank-window.ts";

const ROWS = 300;

describe("rankWindowSteps", () => {
  it("says bit for bit what rankWindow says, also where other rankings go on in between", () => {
    const seeds = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 9 });
    const start = fc.integer({ min: 60, max: ROWS - 1 });
    fc.assert(
      fc.property(seeds, start, (nodes, startRow) => {
        const one = input(nodes, startRow);
        const other = rankWindowSteps(input([7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 40));
        const steps = rankWindowSteps(one);
        let step = steps.next();
        for (; step.done !== true; step = steps.next()) other.next();
        expect(step.value).toEqual(rankWindow(one));
      }),
    );
  });

  it("looks at the rows of one column a step: never at more, however many columns there are", () => {
    for (const count of [1, 10, 100]) {
      const nodes = Array.from({ length: count }, (_, n) => n);
      expect([...rankWindowSteps(input(nodes, 250))]).toEqual(nodes.map(() => ROWS));
    }
  });
});

/** A metric of some nodes, each with noise of its own and a move or none; the window begins at `startRow`. */
function input(nodes: readonly number[], startRow: number): RankWindowInput {
  const wave = (seed: number) => (_: unknown, row: number) =>
    row % (seed + 7) === 0
      ? Number.NaN
      : Math.sin(row * (1.7 + seed)) + (row > 280 && seed % 3 === 0 ? seed : 0);
  const rows = { length: ROWS };
  return {
    timestampsMs: Float64Array.from(rows, (_, row) => row * MINUTE_MS),
    columns: nodes.map((_, n) => ({ nodeId: `n${n % 4}`, metricName: `m${n}` })),
    values: nodes.map((seed) => Float64Array.from(rows, wave(seed))),
    p: nodes.map((seed) => Float64Array.from(rows, (_, row) => 1 / (1 + ((row * seed) % 97)))),
    startMs: startRow * MINUTE_MS,
    endMs: ROWS * MINUTE_MS,
  };
}
