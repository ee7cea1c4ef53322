import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../model/refusal.ts";
import { EntityRollup } from "./entity-rollup.ts";
import { runEntity, runFleet, runStageA } from "./testing-folds.ts";

const INTERVAL_MS = 300_000;
const STRATEGIES = ["max", "few", "mean", "p95", "weighted", "auto"] as const;
const child = fc.oneof(
  { arbitrary: fc.double({ min: 1e-15, max: 1, noNaN: true }), weight: 9 },
  { arbitrary: fc.constant(Number.NaN), weight: 1 },
);
const table = fc.integer({ min: 1, max: 25 }).chain((children) =>
  fc
    .array(fc.array(child, { minLength: children, maxLength: children }), {
      minLength: 1,
      maxLength: 40,
    })
    .map((rows) => ({ children, p: Float64Array.from(rows.flat()) })),
);

describe("stage A", () => {
  it("by hand: max of p 0.1 and 0.5 is Šidák 1 - 0.9² = 0.19, few is the tail of Gamma(2) at -ln 0.05", () => {
    const two = { children: 2, p: Float64Array.of(0.1, 0.5) };
    expect(runStageA(two, "max")[0]).toBeCloseTo(0.19, 12);
    // Q(x) = e^-x (1 + x), interpolated in its logarithm on a grid of 0.25.
    expect(runStageA(two, "few")[0]).toBeCloseTo(0.05 * (1 - Math.log(0.05)), 3);
  });

  it.each(STRATEGIES)(
    "%s gives p in (0, 1], and NaN exactly where no child has a value",
    (strategy) => {
      fc.assert(
        fc.property(table, ({ p, children }) => {
          const stage = runStageA({ p, children }, strategy);
          stage.forEach((value, step) => {
            const row = p.subarray(step * children, (step + 1) * children);
            if (row.every((one) => Number.isNaN(one))) expect(value).toBeNaN();
            else {
              expect(value).toBeGreaterThan(0);
              expect(value).toBeLessThanOrEqual(1);
            }
          });
        }),
      );
    },
  );

  it("never calls a step healthier because one child got rarer", () => {
    const some = fc.array(fc.double({ min: 1e-12, max: 0.99, noNaN: true }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(some, fc.nat(), (p, pick) => {
        const rarer = p.map((one, i) => (i === pick % p.length ? one / 10 : one));
        const stage = (row: number[]) =>
          runStageA({ children: p.length, p: Float64Array.from(row) }, "auto")[0]!;
        expect(stage(rarer)).toBeLessThanOrEqual(stage(p) * (1 + 1e-9));
      }),
    );
  });
});

describe("EntityRollup", () => {
  it("is what runEntity folds, and goes on from saved bytes bit for bit", () => {
    fc.assert(
      fc.property(table, fc.nat(), ({ p, children }, cut) => {
        const whole = runEntity({ p, children }, { intervalMs: INTERVAL_MS });
        const steps = p.length / children;
        let rollup = new EntityRollup({ intervalMs: INTERVAL_MS, children });
        for (let step = 0; step < steps; step++) {
          if (step === cut % steps) {
            const bytes = rollup.save();
            rollup = new EntityRollup({ intervalMs: INTERVAL_MS, children });
            rollup.restore(bytes);
          }
          expect(rollup.step(p, step * children, (step + 1) * children)).toBe(whole[step]);
        }
      }),
    );
  });

  it("learns nothing from a step without children", () => {
    const [a, b] = [0, 1].map(() => new EntityRollup({ intervalMs: INTERVAL_MS, children: 2 }));
    for (let step = 0; step < 50; step++) {
      a!.step(Float64Array.of(0.3, 0.6));
      b!.step(Float64Array.of(0.3, 0.6));
      expect(b!.step(Float64Array.of(Number.NaN, Number.NaN))).toBeNaN();
    }
    expect(b!.save()).toEqual(a!.save());
  });

  it("gets used to what an entity does all the time: the same step becomes less rare", () => {
    const rollup = new EntityRollup({ intervalMs: INTERVAL_MS, children: 3 });
    const odd = Float64Array.of(1e-4, 1e-3, 0.2);
    const first = rollup.step(odd);
    let last = first;
    for (let step = 0; step < 3000; step++) last = rollup.step(odd);
    expect(first).toBeLessThan(1e-4);
    expect(last).toBeGreaterThan(5 * first);
  });

  it("refuses bytes that are not its own", () => {
    const rollup = new EntityRollup({ intervalMs: INTERVAL_MS, children: 3 });
    const bytes = rollup.save();
    bytes[20]! ^= 1;
    expect(() => rollup.restore(bytes)).toThrow(Refusal);
  });
});

describe("runFleet", () => {
  it("leaves out a level that has nothing to say, and is NaN where none has", () => {
    const none = { children: 1, p: Float64Array.of(Number.NaN, Number.NaN) };
    const some = { children: 1, p: Float64Array.of(0.2, Number.NaN) };
    const tenant = runFleet(some, none, INTERVAL_MS);
    expect(tenant[0]).toBeCloseTo(0.2, 2);
    expect(tenant[1]).toBeNaN();
  });
});
