import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../model/time.ts";
import { RECORD_NUMBERS, recordP, withRecord } from "./record-evidence.ts";

const STEP_MS = 300_000;
const DAYS = 5;
const ROWS = (DAYS * DAY_MS) / STEP_MS;

/** p of records of five days between 0 and 10, and of what follows. */
function afterwards(values: readonly number[]): number[] {
  const numbers = new Float64Array(RECORD_NUMBERS);
  for (let i = 0; i < ROWS; i++) recordP(i % 11, STEP_MS, numbers);
  return values.map((value) => recordP(value, STEP_MS, numbers));
}

describe("a record", () => {
  it("is none inside of the range", () => {
    expect(afterwards([0, 5, 10])).toEqual([1, 1, 1]);
  });

  it("is as rare as the series is old at 0.3 of the range beyond it, and rarer with the square", () => {
    const [near, far] = [13, 40].map((value) => afterwards([value])[0]!);
    const days = (p: number) => STEP_MS / DAY_MS / p;
    expect(days(near!)).toBeCloseTo(DAYS, 1);
    expect(days(far!)).toBeCloseTo(100 * DAYS, -1);
  });

  it("stays one for two hours or more, and not for a day", () => {
    const stays = afterwards(new Array(288).fill(40));
    expect(stays.slice(0, (2 * HOUR_MS) / STEP_MS).every((p) => p < 1e-4)).toBe(true);
    expect(stays.at(-1)).toBe(1);
  });

  it("does not depend on the unit", () => {
    const numbers = new Float64Array(RECORD_NUMBERS);
    for (let i = 0; i < ROWS; i++) recordP(1e-12 * (i % 11), STEP_MS, numbers);
    expect(recordP(40e-12, STEP_MS, numbers)).toBeCloseTo(afterwards([40])[0]!, 12);
  });

  it("never makes a point less rare, and counts as one of two", () => {
    expect(withRecord(1e-6, 1)).toBe(1e-6);
    expect(withRecord(1e-2, 1e-6)).toBe(2e-6);
  });
});
