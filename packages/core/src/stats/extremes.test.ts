import { describe, expect, it } from "vitest";
import { appendAll, largestOf, smallestOf } from "./extremes.ts";

const MANY = 1_000_000;

describe("extremes", () => {
  it("of a million numbers, which no call takes as arguments", () => {
    const column = Float64Array.from({ length: MANY }, (_, i) => i);
    expect(() => Math.max(...column)).toThrow("call stack");
    expect([smallestOf(column), largestOf(column)]).toEqual([0, MANY - 1]);
    const list = [-1];
    appendAll(list, column);
    expect([list.length, list[0], list.at(-1)]).toEqual([MANY + 1, -1, MANY - 1]);
  });

  it("count the bound in, answer it for nothing, and pass NaN on", () => {
    expect([largestOf([3, 5], 4), largestOf([3], 4), largestOf([], 4), largestOf([])]).toEqual([
      5,
      4,
      4,
      Number.NEGATIVE_INFINITY,
    ]);
    expect([smallestOf([3, 5], 4), smallestOf([], 4), smallestOf([])]).toEqual([
      3,
      4,
      Number.POSITIVE_INFINITY,
    ]);
    expect([largestOf([1, Number.NaN]), smallestOf([Number.NaN, 1])]).toEqual([NaN, NaN]);
  });
});
