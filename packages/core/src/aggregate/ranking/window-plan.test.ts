import { describe, expect, it } from "vitest";
import { planWindow } from "./window-plan.ts";

describe("planWindow", () => {
  it("by hand: window [100, 110) has the earlier windows 90, 80, ... 20 and the history from row 0", () => {
    expect(planWindow(100, 110)).toEqual({
      historyStart: 0,
      historyEnd: 90,
      start: 100,
      end: 110,
      pastStarts: [90, 80, 70, 60, 50, 40, 30, 20],
    });
  });

  it("keeps a guard as long as the window out of the history, but never more than a quarter of it", () => {
    expect(planWindow(100, 120).historyEnd).toBe(80);
    expect(planWindow(100, 180).historyEnd).toBe(75);
    expect(planWindow(5000, 6000).historyEnd).toBe(4640);
    expect(planWindow(3, 10).historyEnd).toBe(3);
  });

  it("looks at 30 earlier windows and 1,440 rows of history at most", () => {
    const plan = planWindow(5000, 5010);
    expect(plan.historyStart).toBe(3560);
    expect(plan.pastStarts.length).toBe(30);
    expect(planWindow(5000, 5100).pastStarts.length).toBe(14);
  });
});
