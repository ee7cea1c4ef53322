import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sidak } from "../closed/closed-form.ts";
import { StepPoints } from "./step-points.ts";

const put = fc.record({
  series: fc.nat(3),
  key: fc.nat(9),
  p: fc.oneof(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constant(Number.NaN)),
});

describe("StepPoints", () => {
  it("holds what a map from (series, key) to the last p holds, in any order of arrival", () => {
    fc.assert(
      fc.property(fc.array(put, { maxLength: 60 }), (puts) => {
        const points = new StepPoints(2);
        const model = new Map<string, { series: number; key: number; p: number }>();
        for (const one of puts) {
          const known = model.get(`${one.series}/${one.key}`);
          const changes = known === undefined || !Object.is(known.p, one.p);
          expect(points.put(one.series, one.key, one.p)).toBe(changes);
          model.set(`${one.series}/${one.key}`, one);
        }
        const held: unknown[] = [];
        points.forEach((series, key, p) => {
          held.push({ series, key, p });
        });
        const wanted = [...model.values()].sort((a, b) => a.series - b.series || b.key - a.key);
        expect(held).toEqual(wanted);
        for (let series = 0; series < 4; series++) {
          const known = wanted.filter((one) => one.series === series && !Number.isNaN(one.p));
          const smallest = Math.min(...known.map(({ p }) => p));
          const expected =
            known.length > 1 ? sidak(smallest, known.length) : (known[0]?.p ?? Number.NaN);
          expect(points.of(series)).toBe(expected);
        }
      }),
    );
  });

  it("has no p for a series that joined after its columns were made, chains or not", () => {
    const points = new StepPoints(1);
    expect(points.of(1_000)).toBeNaN();
    points.put(0, 1, 0.5);
    points.put(0, 2, 0.5);
    expect(points.of(1_000)).toBeNaN();
    points.put(1_000, 1, 0.25);
    expect(points.of(1_000)).toBe(0.25);
  });

  it("forgets everything and keeps working", () => {
    const points = new StepPoints(1);
    points.put(0, 1, 0.5);
    points.put(0, 2, 0.5);
    points.clear();
    expect(points.of(0)).toBeNaN();
    points.put(0, 3, 0.25);
    expect(points.of(0)).toBe(0.25);
  });
});
