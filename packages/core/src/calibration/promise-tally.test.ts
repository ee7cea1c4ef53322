import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../model/time.ts";
import { PromiseTally, promiseRow } from "./promise-tally.ts";

const DAY_STEPS = 1440;

/** Steps of one entity, a minute each. */
function tallied(days: readonly number[], promises = [1, 30]): PromiseTally {
  const tally = new PromiseTally(promises);
  days.forEach((value, step) => {
    tally.push(0, step, value, MINUTE_MS);
  });
  return tally;
}

describe("PromiseTally", () => {
  it("by hand: steps 0, 5 and 15 raised are one run, ten steps apart at most; 16 would begin another", () => {
    const days = Array(40).fill(0.1);
    for (const at of [0, 5, 15]) days[at] = 2;
    expect(tallied(days).rows()[0]!.realised).toBe(1);
    days[15] = 0.1;
    days[16] = 40;
    expect(
      tallied(days)
        .rows()
        .map(({ realised }) => realised),
    ).toEqual([2, 1]);
  });

  it("promises what was watched: 1440 minutes are one alarm at once a day, 1/30 at once a month", () => {
    const rows = tallied(Array(DAY_STEPS).fill(0.1)).rows();
    expect(rows.map(({ promised }) => promised)).toEqual([1, 1 / 30]);
    const silent = tallied([Number.NaN, Number.NaN]);
    expect([silent.watchedDays, silent.entityCount]).toEqual([0, 0]);
  });

  it("entities do not merge: two that are raised at once are two alarms", () => {
    const tally = new PromiseTally([1]);
    tally.push(3, 7, 5, MINUTE_MS);
    tally.push(4, 7, 5, MINUTE_MS);
    tally.add(9, 2, [6]);
    expect(tally.rows()[0]!.realised).toBe(8);
    expect(tally.entityCount).toBe(3);
  });

  it("a rarer promise never has more alarms than steps that reach it, nor a common one fewer runs to tell", () => {
    const days = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(days, (values) => {
        const [daily, monthly] = tallied(values).rows();
        expect(monthly!.realised).toBeLessThanOrEqual(values.filter((v) => v >= 30).length);
        expect(daily!.realised > 0).toBe(values.some((v) => v >= 1));
      }),
    );
  });
});

describe("promiseRow", () => {
  it("gives the usual 95 % range of a count: 10 alarms of 10 promised may be 0.48 to 1.84", () => {
    const row = promiseRow(1, 10, 10);
    expect(row.ratio).toBe(1);
    expect(row.ratioLow).toBeCloseTo(0.48, 2);
    expect(row.ratioHigh).toBeCloseTo(1.84, 2);
    expect(promiseRow(1, 10, 0).ratioLow).toBe(0);
  });
});
