import { describe, expect, it } from "vitest";
import { cellStateOf, severityOf } from "./severity.ts";

describe("severityOf", () => {
  it.each([
    [null, "none"],
    [0.2499, "none"],
    [0.25, "low"],
    [0.5, "moderate"],
    [0.75, "major"],
    [0.8999, "major"],
    [0.9, "critical"],
    [1, "critical"],
  ] as const)("calls %s %s", (score, word) => {
    expect(severityOf(score)).toBe(word);
  });
});

describe("cellStateOf", () => {
  it("shows the state of a node that learns or is silent, whatever its score", () => {
    expect(cellStateOf({ state: "live", score: 0.8 })).toBe("major");
    expect(cellStateOf({ state: "learning", score: 0.99 })).toBe("learning");
    expect(cellStateOf({ state: "silent", score: null })).toBe("silent");
  });
});
