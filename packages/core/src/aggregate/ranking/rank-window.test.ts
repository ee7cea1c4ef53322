import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../model/refusal.ts";
import { type RankWindowInput, rankWindow } from "./rank-window.ts";
import { quantile, selectSmallest } from "./select.ts";
import { planWindow } from "./window-plan.ts";

const MINUTE_MS = 60_000;
const ROWS = 200;

describe("rankWindow", () => {
  it("by hand: one column, level 10, spread 0, move 5: evidence 0 + ln(1 + 5 / 1) x 190/195, node half of it", () => {
    const values = new Float64Array(ROWS).fill(10).fill(15, 190);
    const ranking = rankWindow(input([values], 190));
    const evidence = (Math.log(6) * 190) / 195;
    expect(ranking.metrics[0]!.evidence).toBeCloseTo(evidence, 12);
    expect(ranking.nodes).toMatchObject([{ nodeId: "n0" }]);
    expect(ranking.nodes[0]!.value).toBeCloseTo(evidence / 2, 12);
  });

  it("by hand: a fall of a metric at its ceiling 100 by 1 counts ln(1 + 1 / 0.3)", () => {
    const values = new Float64Array(ROWS).fill(100).fill(99, 190);
    const ranking = rankWindow(input([values], 190));
    expect(ranking.metrics[0]!.evidence).toBeCloseTo((Math.log(1 + 1 / 0.3) * 190) / 195, 12);
  });

  it("puts the node first that alone does what no other does", () => {
    const columns = Array.from({ length: 5 }, (_, n) =>
      wave(n).map((value, row) => (row >= 190 && n === 3 ? value + 8 : value)),
    );
    const { nodes, score } = rankWindow(input(columns, 190));
    expect(nodes[0]!.nodeId).toBe("n3");
    expect(nodes[0]!.score).toBe(score);
    expect(nodes[0]!.value).toBeGreaterThan(2 * nodes[1]!.value);
  });

  it("discounts a leaf that one caller sees, when there is a call graph", () => {
    const columns = [wave(0), wave(1), wave(2)].map((column, n) =>
      column.map((value, row) => (row >= 190 && n === 2 ? value + 8 : value)),
    );
    const plain = rankWindow(input(columns, 190));
    const graph = rankWindow({ ...input(columns, 190), edges: [["n0", "n2"]] });
    const valueOfLeaf = (ranking: typeof plain) =>
      ranking.nodes.find(({ nodeId }) => nodeId === "n2")!.value;
    expect(valueOfLeaf(graph)).toBeCloseTo(0.3 * valueOfLeaf(plain), 12);
  });

  it("uses nothing at or after the end of the window", () => {
    const columns = [wave(0), wave(1), wave(2)];
    const later = columns.map((column) => column.map((value, row) => (row >= 180 ? 1e6 : value)));
    const short = { startMs: 170 * MINUTE_MS, endMs: 180 * MINUTE_MS };
    expect(rankWindow({ ...input(later, 170), ...short })).toEqual(
      rankWindow({ ...input(columns, 170), ...short }),
    );
  });

  it("does not care about units: a power of two times every value changes nothing", () => {
    const power = fc.integer({ min: -10, max: 10 });
    fc.assert(
      fc.property(power, fc.integer({ min: 120, max: 195 }), (exponent, start) => {
        const columns = [wave(0), wave(1), wave(2), wave(3)];
        const scaled = columns.map((column) => column.map((value) => value * 2 ** exponent));
        expect(rankWindow(input(scaled, start))).toEqual(rankWindow(input(columns, start)));
      }),
    );
  });

  it("lists only what is asked for, the same as the head of the whole list", () => {
    const columns = Array.from({ length: 9 }, (_, n) => wave(n % 4));
    const whole = rankWindow(input(columns, 190));
    const head = rankWindow({ ...input(columns, 190), limit: 3 });
    expect(head.nodes).toEqual(whole.nodes.slice(0, 3));
    expect(head.metrics).toEqual(whole.metrics.slice(0, 3));
  });

  it("is empty for a window without rows, and refuses unequal columns and an empty range", () => {
    const good = input([wave(0)], 190);
    expect(rankWindow({ ...good, startMs: 1e9, endMs: 2e9 })).toEqual({
      nodes: [],
      metrics: [],
      score: 0,
    });
    expect(() => rankWindow({ ...good, p: [] })).toThrow(Refusal);
    expect(() => rankWindow({ ...good, endMs: good.startMs })).toThrow(Refusal);
  });
});

describe("planWindow", () => {
  it("by hand: window [100, 110) has the earlier windows 90, 80, ... 20 and the history from row 0", () => {
    expect(planWindow(100, 110)).toEqual({
      historyStart: 0,
      start: 100,
      end: 110,
      pastStarts: [90, 80, 70, 60, 50, 40, 30, 20],
    });
  });

  it("looks at 30 earlier windows and 1,440 rows of history at most", () => {
    const plan = planWindow(5000, 5010);
    expect(plan.historyStart).toBe(3560);
    expect(plan.pastStarts.length).toBe(30);
    expect(planWindow(5000, 5100).pastStarts.length).toBe(14);
  });
});

describe("selection", () => {
  it("finds what sorting finds, and interpolates quantiles like it", () => {
    const column = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(column, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (list, pick, q) => {
        const sorted = Float64Array.from(list).sort();
        const k = pick % list.length;
        expect(selectSmallest(Float64Array.from(list), list.length, k)).toBe(sorted[k]);
        const position = (list.length - 1) * q;
        const low = sorted[Math.floor(position)]!;
        const high = sorted[Math.ceil(position)]!;
        expect(quantile(Float64Array.from(list), list.length, q)).toBeCloseTo(
          low + (high - low) * (position % 1),
          9,
        );
      }),
    );
  });
});

/** The metric `m` of nodes n0, n1, ...; the window starts at row `start` and ends with the data. */
function input(values: readonly Float64Array[], start: number): RankWindowInput {
  return {
    timestampsMs: Float64Array.from({ length: ROWS }, (_, row) => row * MINUTE_MS),
    columns: values.map((_, n) => ({ nodeId: `n${n}`, metricName: "m" })),
    values,
    p: values.map(() => new Float64Array(ROWS).fill(1)),
    startMs: start * MINUTE_MS,
    endMs: ROWS * MINUTE_MS,
  };
}

function wave(seed: number): Float64Array {
  return Float64Array.from({ length: ROWS }, (_, row) => 20 + Math.sin(row * (1.7 + seed)));
}
