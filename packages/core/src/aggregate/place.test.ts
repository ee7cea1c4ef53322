import { describe, expect, it } from "vitest";
import { movesAsOne } from "./place.ts";
import { locate } from "./testing-folds.ts";

const NONE = Number.NaN;

describe("locate", () => {
  it("names the smallest node where fewer than a third of its cluster is involved", () => {
    const nodes = [Float64Array.of(0.5, 0.5, 0.5, 0.5), Float64Array.of(0.4, 1e-6, 0.3, 0.01)];
    expect(locate(Float64Array.of(0.2, 1e-4), nodes)).toEqual({ cluster: 1, node: 1 });
  });

  it("names the cluster where a third of its nodes, and at least three, moved at once", () => {
    const nodes = [Float64Array.of(0.001, 0.02, 0.01, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)];
    expect(locate(Float64Array.of(1e-5), nodes)).toEqual({ cluster: 0, node: -1 });
  });

  it("compares clusters by the smaller of their own p and m times their smallest node", () => {
    const nodes = [Float64Array.of(0.004, 0.9), Float64Array.of(0.5, 0.6)];
    expect(locate(Float64Array.of(0.9, 0.009), nodes)).toEqual({ cluster: 0, node: 0 });
    expect(locate(Float64Array.of(0.9, 0.007), nodes)).toEqual({ cluster: 1, node: 0 });
  });

  it("does not count nodes that are silent", () => {
    const nodes = [Float64Array.of(0.001, 0.02, 0.01, ...Array.from({ length: 20 }, () => NONE))];
    expect(locate(Float64Array.of(1e-5), nodes)).toEqual({ cluster: 0, node: -1 });
    expect(locate(Float64Array.of(NONE), [Float64Array.of(NONE, NONE)])).toBeUndefined();
  });

  it("needs three to call a move common", () => {
    expect(movesAsOne(2, 2)).toBe(false);
    expect(movesAsOne(3, 9)).toBe(true);
    expect(movesAsOne(3, 10)).toBe(false);
  });
});
