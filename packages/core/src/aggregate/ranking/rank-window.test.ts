import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../model/refusal.ts";
import { MINUTE_MS } from "../../model/time.ts";
import { type RankWindowInput, rankWindow } from "./rank-window.ts";

const ROWS = 200;

describe("rankWindow", () => {
  it("by hand: one column, level 10, spread 0, move 5, 180 points before the guard: evidence ln(1 + 5 / 1) x 180/185, node half of it", () => {
    const values = new Float64Array(ROWS).fill(10).fill(15, 190);
    const ranking = rankWindow(input([values], 190));
    const evidence = (Math.log(6) * 180) / 185;
    expect(ranking.metrics[0]!.evidence).toBeCloseTo(evidence, 12);
    expect(ranking.nodes).toMatchObject([{ nodeId: "n0" }]);
    expect(ranking.nodes[0]!.value).toBeCloseTo(evidence / 2, 12);
  });

  it("by hand: a fall of a metric at its ceiling 100 by 1 counts ln(1 + 1 / 0.3)", () => {
    const values = new Float64Array(ROWS).fill(100).fill(99, 190);
    const ranking = rankWindow(input([values], 190));
    expect(ranking.metrics[0]!.evidence).toBeCloseTo((Math.log(1 + 1 / 0.3) * 180) / 185, 12);
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
    expect(valueOfLeaf(graph)).toBeCloseTo(0.5 * valueOfLeaf(plain), 12);
  });

  it("says the same of the node when the range starts ten minutes after the fault did", () => {
    const columns = [wave(0), wave(1), wave(2), wave(3)].map((column, n) =>
      column.map((value, row) => (row >= 170 && n === 2 ? value + 8 : value)),
    );
    const evidenceOf = (start: number) =>
      rankWindow(input(columns, start)).metrics.find(({ nodeId }) => nodeId === "n2")!.evidence;
    expect(evidenceOf(180) / evidenceOf(170)).toBeCloseTo(1, 1);
    expect(rankWindow(input(columns, 180)).nodes[0]!.nodeId).toBe("n2");
  });

  it("tells when a metric began to move, before the range where it was drawn late, and not where it did not", () => {
    const columns = [wave(0), wave(1), wave(2)].map((column, n) =>
      column.map((value, row) => (row >= 178 && n === 1 ? value + 8 : value)),
    );
    const { nodes, metrics } = rankWindow(input(columns, 180));
    expect(metrics[0]).toMatchObject({ nodeId: "n1", onsetMs: 178 * MINUTE_MS, share: 1 });
    expect(nodes[0]).toMatchObject({ nodeId: "n1", onsetMs: 178 * MINUTE_MS });
    expect(metrics.slice(1).map(({ onsetMs }) => onsetMs)).toEqual([Number.NaN, Number.NaN]);
  });

  it("gives a node's value to its two largest metrics in shares that sum to 1", () => {
    const moved = (by: number, seed: number) =>
      wave(seed).map((value, row) => (row >= 190 ? value + by : value));
    const names = ["cpu", "mem", "rps"];
    const { nodes, metrics } = rankWindow({
      ...input([moved(20, 0), moved(6, 1), moved(0.1, 2)], 190),
      columns: names.map((metricName) => ({ nodeId: "n0", metricName })),
    });
    const { contributions, value } = nodes[0]!;
    expect(contributions.map(({ metricName }) => metricName)).toEqual(["cpu", "mem"]);
    expect(contributions[0]!.share + contributions[1]!.share).toBeCloseTo(1, 12);
    expect(contributions[0]!.value + contributions[1]!.value).toBeCloseTo(2 * value, 12);
    expect(metrics.map(({ share }) => share)).toEqual([
      contributions[0]!.share,
      contributions[1]!.share,
      0,
    ]);
  });

  it("by hand: rarity is the mean of the rarest tenth of the known points, at least three: 60 rows take six", () => {
    const p = new Float64Array(ROWS).fill(1);
    p.set([1e-6, 1e-3, 1e-3], 185);
    const flat = new Float64Array(ROWS).fill(7);
    const rarityFrom = (start: number, values: Float64Array) =>
      rankWindow({ ...input([values], start), p: [p] }).metrics[0]!.evidence;
    expect(rarityFrom(180, flat)).toBeCloseTo((6 + 3 + 3) / 3, 12);
    expect(rarityFrom(140, flat)).toBeCloseTo((6 + 3 + 3) / 6, 12);
    expect(rarityFrom(190, flat)).toBe(0);
    const gaps = flat.map((value, row) => (row >= 180 && row !== 185 ? Number.NaN : value));
    expect(rarityFrom(180, gaps)).toBeCloseTo(6, 12);
  });

  it("by hand: in 100 rows a move lasts ten, so five rows 50 above 10 count half of that", () => {
    const values = new Float64Array(ROWS).fill(10).fill(60, 140, 145);
    const moved = 0.5 * (250 / 10) + 0.5 * (200 / 9);
    const { metrics } = rankWindow(input([values], 100));
    expect(metrics[0]!.evidence).toBeCloseTo((Math.log1p(moved) * 75) / 80, 12);
  });

  it("finds the onset of a step in noise of a third of its size, 20 rows before a late range, and of one that ends early", () => {
    const step = (from: number, to: number) =>
      wave(0).map((value, row) => (row >= from && row < to ? value + 3 : value));
    const onsetOf = (column: Float64Array) =>
      rankWindow(input([column], 150)).metrics[0]!.onsetMs / MINUTE_MS;
    expect(Math.abs(onsetOf(step(130, ROWS)) - 130)).toBeLessThanOrEqual(2);
    expect(Math.abs(onsetOf(step(160, 180)) - 160)).toBeLessThanOrEqual(2);
  });

  it("ranks the same whatever the order of the columns", () => {
    const columns = Array.from({ length: 6 }, (_, n) =>
      wave(n % 3).map((value, row) => (row >= 190 ? value + n : value)),
    );
    const given = { ...input(columns, 190) };
    const names = given.columns.map(({ nodeId }, c) => ({
      nodeId: `${nodeId[0]}${c % 3}`,
      metricName: `m${c >> 1}`,
    }));
    const plain = rankWindow({ ...given, columns: names });
    const places = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(places, (order) => {
        const shuffled = rankWindow({
          ...given,
          columns: order.map((c) => names[c]!),
          values: order.map((c) => columns[c]!),
        });
        expect(shuffled.nodes.map(({ nodeId }) => nodeId)).toEqual(
          plain.nodes.map(({ nodeId }) => nodeId),
        );
        shuffled.metrics.forEach((metric, i) => {
          expect(metric.nodeId + metric.metricName).toBe(
            plain.metrics[i]!.nodeId + plain.metrics[i]!.metricName,
          );
          expect(metric.value).toBeCloseTo(plain.metrics[i]!.value, 12);
        });
      }),
    );
  });

  it("ranks the node higher the harder it is hit", () => {
    // Below the wave's own size a move may only flatten it.
    const size = fc.double({ min: 2, max: 50, noNaN: true });
    fc.assert(
      fc.property(size, size, (one, two) => {
        const valueAt = (by: number) => {
          const columns = [wave(0), wave(1), wave(2)].map((column, n) =>
            column.map((value, row) => (row >= 190 && n === 0 ? value + by : value)),
          );
          return rankWindow(input(columns, 190)).nodes.find(({ nodeId }) => nodeId === "n0")!.value;
        };
        const [small, large] = [Math.min(one, two), Math.max(one, two)];
        expect(valueAt(large)).toBeGreaterThanOrEqual(valueAt(small));
      }),
    );
  });

  it("stands a node that appears only in the window, gaps, and windows from two rows to twenty", () => {
    const columns = [wave(0), wave(1), wave(2), wave(3)].map((column, n) =>
      column.map((value, row) => {
        if (n === 3 && row < 195) return Number.NaN;
        if (row % 7 === n) return Number.NaN;
        return n === 1 && row >= 180 ? value + 8 : value;
      }),
    );
    for (const start of [180, 190, 198]) {
      const { nodes } = rankWindow(input(columns, start));
      expect(nodes[0]!.nodeId).toBe("n1");
      expect(nodes.at(-1)).toMatchObject({ nodeId: "n3", value: 0, contributions: [] });
    }
  });

  it.each([20, 60, 400, 1440])("names the node after a history of %d points", (history) => {
    const rows = history + 10;
    const columns = Array.from({ length: 4 }, (_, n) =>
      Float64Array.from({ length: rows }, (_, row) => {
        return 20 + Math.sin(row * (1.7 + n)) + (n === 2 && row >= history ? 8 : 0);
      }),
    );
    const { nodes } = rankWindow({
      ...input(columns, 0),
      timestampsMs: Float64Array.from({ length: rows }, (_, row) => row * MINUTE_MS),
      p: columns.map(() => new Float64Array(rows).fill(1)),
      startMs: history * MINUTE_MS,
      endMs: rows * MINUTE_MS,
    });
    expect(nodes[0]).toMatchObject({ nodeId: "n2", onsetMs: history * MINUTE_MS });
  });

  it("takes a range by the rows in it: where between two rows it begins and ends changes nothing", () => {
    const columns = [wave(0), wave(1), wave(2)].map((column, n) =>
      column.map((value, row) => (row >= 190 && n === 1 ? value + 8 : value)),
    );
    const whole = rankWindow({ ...input(columns, 185), endMs: 195 * MINUTE_MS });
    const before = fc.integer({ min: 0, max: MINUTE_MS - 1 });
    fc.assert(
      fc.property(before, before, (first, last) => {
        const range = { startMs: 185 * MINUTE_MS - first, endMs: 195 * MINUTE_MS - last };
        expect(rankWindow({ ...input(columns, 185), ...range })).toEqual(whole);
      }),
    );
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

  it("does not care about the unit of one metric, whatever the others are in", () => {
    const factor = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    const names = ["cpu", "cpu", "cpu", "mem", "mem", "mem"];
    const columns = names.map((_, c) =>
      wave(c).map((value, row) => (row >= 190 && c === 4 ? value + 6 : value)),
    );
    const ranked = (values: readonly Float64Array[]) =>
      rankWindow({
        ...input(values, 190),
        columns: names.map((metricName, c) => ({ nodeId: `n${c % 3}`, metricName })),
      });
    const plain = ranked(columns);
    fc.assert(
      fc.property(factor, (by) => {
        const scaled = ranked(
          columns.map((column, c) => (c < 3 ? column : column.map((value) => value * by))),
        );
        expect(scaled.nodes.map(({ nodeId }) => nodeId)).toEqual(
          plain.nodes.map(({ nodeId }) => nodeId),
        );
        scaled.nodes.forEach(({ value }, i) => {
          expect(value).toBeCloseTo(plain.nodes[i]!.value, 9);
        });
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
      changedMeanings: [],
    });
    expect(() => rankWindow({ ...good, p: [] })).toThrow(Refusal);
    expect(() => rankWindow({ ...good, endMs: good.startMs })).toThrow(Refusal);
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
