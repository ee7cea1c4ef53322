import { describe, expect, it } from "vitest";
import { attribution, rootRanks } from "./hit-rate.ts";

describe("attribution", () => {
  it("by hand: of metrics 4 and 7, one is among the first two, both among the first three", () => {
    expect(attribution([4, 1, 7, 0], [4, 7])).toEqual({
      at100: 0.5,
      at150: 1,
      firstRight: 1,
      oneOfThree: 1,
    });
    expect(attribution([1, 0, 2, 4], [4])).toMatchObject({
      at100: 0,
      firstRight: 0,
      oneOfThree: 0,
    });
  });
});

describe("rootRanks", () => {
  it("counts the root from its place on, and never where it is not listed", () => {
    expect(rootRanks(["a", "b", "root"], (node) => node === "root")).toEqual([0, 0, 1, 1, 1]);
    expect(rootRanks(["a", "b"], (node) => node === "root")).toEqual([0, 0, 0, 0, 0]);
  });
});
