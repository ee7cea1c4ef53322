import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellAt, cellBeside, cellPosition, fleetLayout } from "./fleet-layout.ts";

const counts = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 12 });
const widths = fc.integer({ min: 280, max: 1600 });
const layouts = fc.tuple(counts, widths).map(([list, width]) => fleetLayout(list, width, 600));

describe("fleetLayout", () => {
  it("gives every cell its own place inside the width, found again by the hit test", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const taken = new Set<string>();
        for (let i = 0; i < layout.cellCount; i++) {
          const { x, y } = cellPosition(layout, i);
          taken.add(`${x}:${y}`);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + layout.cell).toBeLessThanOrEqual(layout.width + 1);
          expect(y + layout.cell).toBeLessThanOrEqual(layout.height);
          expect(cellAt(layout, x + layout.cell / 2, y + layout.cell / 2)).toBe(i);
        }
        expect(taken.size).toBe(layout.cellCount);
      }),
      { numRuns: 40 },
    );
  });

  it("uses the largest cells that fit, and 4 px where nothing does", () => {
    expect(fleetLayout([20, 20], 1000, 600).cell).toBe(38);
    const many = fleetLayout([50_000], 1000, 600);
    expect(many.cell).toBe(4);
    expect(many.height).toBeGreaterThan(600);
    expect(fleetLayout([1000], 1000, 600).height).toBeLessThanOrEqual(600);
  });

  it("has no cell outside the cells", () => {
    const layout = fleetLayout([3, 3], 1000, 600);
    expect(cellAt(layout, -1, 30)).toBe(-1);
    expect(cellAt(layout, 5, 5)).toBe(-1);
    expect(cellAt(layout, 999, 599)).toBe(-1);
  });
});

describe("cellBeside", () => {
  it("always gives a cell that exists, and left undoes right", () => {
    fc.assert(
      fc.property(layouts, fc.nat(), (layout, seed) => {
        fc.pre(layout.cellCount > 1);
        const index = seed % (layout.cellCount - 1);
        for (const move of ["left", "right", "up", "down", "first", "last"] as const) {
          const next = cellBeside(layout, index, move);
          expect(next).toBeGreaterThanOrEqual(0);
          expect(next).toBeLessThan(layout.cellCount);
        }
        expect(cellBeside(layout, cellBeside(layout, index, "right"), "left")).toBe(index);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the column downwards, and goes on in the block below", () => {
    const layout = fleetLayout([40, 40], 320, 2000);
    const [one, two] = layout.blocks;
    expect(two!.y).toBeGreaterThan(one!.y);
    expect(cellBeside(layout, 1, "down")).toBe(1 + one!.columns);
    let index = 1;
    for (let i = 0; i < 10; i++) index = cellBeside(layout, index, "down");
    expect(index).toBeGreaterThanOrEqual(two!.first);
  });

  it("starts at the first cell where nothing is selected, and nowhere in an empty map", () => {
    expect(cellBeside(fleetLayout([5], 500, 500), -1, "down")).toBe(0);
    expect(cellBeside(fleetLayout([0], 500, 500), -1, "down")).toBe(-1);
  });
});
