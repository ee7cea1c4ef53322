import { describe, expect, it } from "vitest";
import { Refusal } from "../model/refusal.ts";
import { Dice } from "./dice.ts";
import { injectWaveFault, WAVE_FAULTS, type WaveFault, waveFaultFits } from "./inject-wave.ts";
import { generateWave, WAVE_BASES, type WaveBase, waveValues } from "./wave.ts";

const POINTS = 2000;
const FIRST = 1200;
const LENGTH = 200;
const course = Float64Array.from({ length: POINTS }, (_, i) => (i % 7) + i / 500);

function wave(base: WaveBase, noise = 0) {
  const plan = { base, pointCount: POINTS, periodPoints: 100, amplitude: 2, noise };
  return generateWave(base === "custom" ? { ...plan, course } : plan, new Dice(`wave ${base}`));
}

function faulty(base: WaveBase, fault: WaveFault, strength: number, length = LENGTH) {
  const plan = { fault, firstIndex: FIRST, length, strength };
  return injectWaveFault(wave(base), plan, new Dice("fault")).values;
}

const pairs = WAVE_BASES.flatMap((base) =>
  WAVE_FAULTS.filter((fault) => waveFaultFits(base, fault)).map((fault) => [base, fault] as const),
);

describe("injectWaveFault", () => {
  it.each(pairs)("in a %s: %s changes what it labels and leaves the wave alone", (base, fault) => {
    const clean = wave(base, 0.05);
    const before = waveValues(clean);
    const plan = {
      fault,
      firstIndex: FIRST,
      length: LENGTH,
      strength: fault === "pattern-shift" ? 0.2 : 2,
    };
    const { values, labels } = injectWaveFault(clean, plan, new Dice("fault"));
    expect(waveValues(clean)).toEqual(before);
    const labelled = labels.reduce((sum, one) => sum + one, 0);
    expect(labelled).toBe(fault === "extremum" ? 1 : LENGTH);
    expect(values.some((value, i) => labels[i] === 1 && value !== before[i])).toBe(true);
    values.forEach((value, i) => {
      // A trend leads to a level that stays; everything else ends with its label.
      if (labels[i] === 0 && !(fault === "trend" && i >= FIRST)) expect(value).toBe(before[i]);
    });
  });

  it("gives the same wave and the same fault for the same dice", () => {
    expect(faulty("random-walk", "variance", 1)).toEqual(faulty("random-walk", "variance", 1));
  });

  it("by hand, a sine of amplitude 2 and period 100 at a crest (point 1225)", () => {
    expect(wave("sine").course[1225]).toBeCloseTo(2, 9);
    expect(faulty("sine", "mean", 3)[1225]).toBeCloseTo(8, 9);
    expect(faulty("sine", "platform", 0.5)[1225]).toBeCloseTo(1, 9);
    expect(faulty("sine", "amplitude", 4)[1325]).toBeCloseTo(8, 9);
    // Twice as fast from 1200 on: after 25 points it is where it usually is after 50.
    expect(faulty("sine", "frequency", 2)[1225]).toBeCloseTo(0, 9);
    expect(faulty("sine", "extremum", -5)[1200]).toBeCloseTo(-10, 9);
    // Half of the way up a trend of 3 amplitudes, and all of it ever after.
    expect(faulty("sine", "trend", 3)[1299]! - wave("sine").course[1299]!).toBeCloseTo(3, 9);
    expect(faulty("sine", "trend", 3)[1999]! - wave("sine").course[1999]!).toBeCloseTo(6, 9);
    // A quarter of 200 points late: in the middle a half period.
    expect(faulty("sine", "pattern-shift", 0.25)[1325]).toBeCloseTo(-2, 9);
  });

  it("a bent sine keeps its crests and is steeper in between; a heartbeat runs backwards", () => {
    const bent = faulty("sine", "pattern", 0);
    expect(bent[1225]).toBeCloseTo(2, 9);
    expect(bent[1205]!).toBeGreaterThan(2 * wave("sine").course[1205]!);
    const back = faulty("ecg", "pattern", 0);
    expect(back[FIRST]).toBe(wave("ecg").course[FIRST + LENGTH - 1]);
  });

  it("mirrors modes only, and refuses what means nothing", () => {
    const mirrored = faulty("random-mode-jump", "mode-correlation", 0);
    expect(mirrored[FIRST]).toBe(-wave("random-mode-jump").course[FIRST]!);
    expect(() => faulty("random-walk", "frequency", 2)).toThrow(Refusal);
    expect(() => faulty("sine", "mode-correlation", 1)).toThrow(Refusal);
  });
});
