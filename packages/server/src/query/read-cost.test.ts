import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { TooCostly } from "../platform/platform-errors.ts";
import { admittedCells, READ_CELLS_MAX } from "./read-cost.ts";

const daysFrom = (days: number) => ({ startMs: 0, endMs: days * DAY_MS });

describe("what a read of histories may cost", () => {
  it("by hand: 10 nodes over 2 days of minutes are 10 x (2,880 steps + 2 days of 1,000)", () => {
    expect(admittedCells(10, daysFrom(2), MINUTE_MS)).toBe(48_800);
  });

  it("is nothing before the grid is chosen, however long the range is", () => {
    expect(admittedCells(50_000, daysFrom(400), 0)).toBe(0);
  });

  it("has a maximum: beyond it the refusal names a range that is admitted", () => {
    const refusal = refusalOf(() => admittedCells(10_000, daysFrom(400), MINUTE_MS));
    const days = Number(/at most (\d+) days/.exec(refusal.hint)![1]);
    expect(admittedCells(10_000, daysFrom(days), MINUTE_MS)).toBeLessThanOrEqual(READ_CELLS_MAX);
    expect(() => admittedCells(10_000, daysFrom(days + 1), MINUTE_MS)).toThrow(TooCostly);
  });

  it("admits what the page promises: 1,500 nodes over 400 days of 5 minutes, 20,000 over 30", () => {
    expect(admittedCells(1500, daysFrom(400), 5 * MINUTE_MS)).toBeLessThan(READ_CELLS_MAX);
    expect(admittedCells(20_000, daysFrom(30), 5 * MINUTE_MS)).toBeLessThan(READ_CELLS_MAX);
  });
});

function refusalOf(work: () => unknown): TooCostly {
  try {
    work();
  } catch (error) {
    if (error instanceof TooCostly) return error;
  }
  throw new Error("was not refused");
}
