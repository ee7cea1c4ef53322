import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../model/time.ts";
import { changedMeaningText } from "./changed-meaning.ts";
import { rankWindow } from "./rank-window.ts";

const ROWS = 100;
const START = 90;

describe("a metric whose recording changed", () => {
  it("is reported and left out of the ranking on all nodes that left the same constant", () => {
    const columns = [constants(0, 100), constants(0, 100), constants(0, 97), constants(100, 98)];
    columns[2]![95] = 96;
    const sparse = constants(0, 96).fill(Number.NaN, START + 1);
    columns.push(sparse);
    const { nodes, metrics, changedMeanings } = ranked(columns);
    expect(changedMeanings).toEqual([
      {
        metricName: "availability",
        from: 0,
        to: 100,
        nodeIds: ["n0", "n1", "n2", "n4"],
        columns: [0, 1, 2, 4],
      },
    ]);
    expect(nodes[0]!.nodeId).toBe("n3");
    expect(metrics.slice(1).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
  });

  it("is not supposed on one node alone, which may be at fault", () => {
    const { nodes, changedMeanings } = ranked([
      constants(0, 100),
      constants(3, 3),
      constants(3, 3),
    ]);
    expect(changedMeanings).toEqual([]);
    expect(nodes[0]).toMatchObject({ nodeId: "n0" });
  });

  it("is not supposed of a fall: three nodes going down together are an outage", () => {
    const columns = [constants(1, 0), constants(1, 0), constants(1, 0), constants(1, 1)];
    const { nodes, changedMeanings } = ranked(columns);
    expect(changedMeanings).toEqual([]);
    expect(nodes.slice(0, 3).map(({ nodeId }) => nodeId)).toEqual(["n0", "n1", "n2"]);
    expect(nodes[2]!.value).toBeGreaterThan(nodes[3]!.value);
  });

  it("is not supposed where the window still shows the old constant, wavers, or is shorter than three points", () => {
    const partly = constants(0, 5);
    partly[START] = 0;
    const wavering = (seed: number) =>
      constants(0, 5).map((value, row) => (row < START ? value : 5 + Math.sin(row + seed)));
    expect(ranked([partly, partly, constants(1, 1)]).changedMeanings).toEqual([]);
    expect(ranked([wavering(0), wavering(1), constants(1, 1)]).changedMeanings).toEqual([]);
    const short = [constants(0, 5), constants(0, 5)].map((column) => column.fill(0, START, 98));
    expect(ranked(short, 98).changedMeanings).toEqual([]);
  });

  it("is seen through a recording that is nearly constant: availabilities of a busy shop", () => {
    const busy = (seed: number) =>
      constants(0, 100).map((value, row) =>
        row < START ? value : 99.9 + 0.1 * Math.sin(row + seed),
      );
    const { nodes, changedMeanings } = ranked([busy(0), busy(1), busy(2), constants(100, 98)]);
    expect(changedMeanings.map(({ columns }) => columns)).toEqual([[0, 1, 2]]);
    expect(nodes[0]!.nodeId).toBe("n3");
  });

  it("is told to people with its numbers and the reason", () => {
    const [found] = ranked([constants(0, 100), constants(0, 100)]).changedMeanings;
    expect(changedMeaningText(found!)).toBe(
      "availability was 0 all through the history and is about 100 all through the range on several of 2 nodes: " +
        "its recording changed, so it is left out of the ranking there",
    );
  });
});

function constants(before: number, after: number): Float64Array {
  return new Float64Array(ROWS).fill(before).fill(after, START);
}

function ranked(values: readonly Float64Array[], start = START) {
  return rankWindow({
    timestampsMs: Float64Array.from({ length: ROWS }, (_, row) => row * MINUTE_MS),
    columns: values.map((_, n) => ({ nodeId: `n${n}`, metricName: "availability" })),
    values,
    p: values.map(() => new Float64Array(ROWS).fill(1)),
    startMs: start * MINUTE_MS,
    endMs: ROWS * MINUTE_MS,
  });
}
