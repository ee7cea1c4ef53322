import { describe, expect, it } from "vitest";
import { applyEffect, type MetricEffect, spellsIn } from "./disturbance.ts";

const STEP_MS = 300_000;
const levelAt = () => 10;
/** Spell of full weight from step 2 to step 6 (half-open). */
const SPELL = { startMs: 2 * STEP_MS, endMs: 6 * STEP_MS, amount: 1 };

function bent(effect: Omit<MetricEffect, "metric">, values: number[], startStep = 0): number[] {
  const column = Float64Array.from(values);
  const stretch = { startMs: startStep * STEP_MS, stepMs: STEP_MS, spell: SPELL, levelAt };
  applyEffect(column, { metric: "cpu_usage", ...effect }, stretch, { held: Number.NaN });
  return Array.from(column);
}

describe("applyEffect", () => {
  const flat = [8, 8, 8, 8, 8, 8, 8, 8];

  it("adds and scales inside the spell only", () => {
    expect(bent({ form: "add", amount: 5 }, flat)).toEqual([8, 8, 13, 13, 13, 13, 8, 8]);
    expect(bent({ form: "scale", amount: 0.5 }, flat)).toEqual([8, 8, 4, 4, 4, 4, 8, 8]);
  });

  it("waits for its delay, by hand: one step", () => {
    const late = { form: "add", amount: 5, delayMs: STEP_MS } as const;
    expect(bent(late, flat)).toEqual([8, 8, 8, 13, 13, 13, 8, 8]);
  });

  it("rises and falls straight, by hand: over two steps each", () => {
    const swell = { form: "add", amount: 4, riseMs: 2 * STEP_MS, fallMs: 2 * STEP_MS } as const;
    expect(bent(swell, flat)).toEqual([8, 8, 8, 10, 12, 10, 8, 8]);
  });

  it("widens the distance to the usual level and keeps the mean", () => {
    const wide = bent({ form: "spread", amount: 3 }, [8, 12, 8, 12, 8, 12, 8, 12]);
    expect(wide).toEqual([8, 12, 4, 16, 4, 16, 8, 12]);
  });

  it("holds the first value of the spell", () => {
    const held = bent({ form: "hold", amount: 0 }, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(held).toEqual([1, 2, 3, 3, 3, 3, 7, 8]);
  });

  it("does the same to a later chunk", () => {
    const whole = bent({ form: "add", amount: 4, riseMs: 3 * STEP_MS }, flat);
    const late = bent({ form: "add", amount: 4, riseMs: 3 * STEP_MS }, flat.slice(0, 4), 4);
    expect(late).toEqual(whole.slice(4));
  });
});

describe("spellsIn", () => {
  it("gives the spells that touch a range, both half-open", () => {
    const disturbance = { id: "d", clusterId: "c", spells: [SPELL], effects: [] };
    const touched = (from: number, to: number) =>
      spellsIn(disturbance, from * STEP_MS, to * STEP_MS).length;
    expect([touched(0, 2), touched(0, 3), touched(5, 9), touched(6, 9)]).toEqual([0, 1, 1, 0]);
  });
});
