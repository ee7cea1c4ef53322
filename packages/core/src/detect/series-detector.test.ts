import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DETECTOR_OUT_LENGTH } from "../engine/engine.ts";
import type { StreamScorer } from "../engine/scorer.ts";
import { streamScorer } from "../engine/stream/stream-scorer.ts";
import { Refusal } from "../model/refusal.ts";
import { FirstPoints, INTERVAL_POINTS } from "./first-points.ts";
import { nominalIntervalMs } from "./interval.ts";
import { openSeriesDetector } from "./series-detector.ts";

const START_MS = 1_699_920_000_000;
const scorer = streamScorer();

/** The interval that a detector holds after each of the stamps. */
function intervalsOf(stampsMs: readonly number[]): number[] {
  const detector = openSeriesDetector(scorer);
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  return stampsMs.map((atMs, i) => {
    detector.push(START_MS + atMs, Math.sin(i), out);
    return detector.intervalMs;
  });
}

/** All answers, point by point. */
function answersOf(
  stampsMs: readonly number[],
  values: readonly number[],
  intervalMs?: number,
): number[][] {
  const detector = openSeriesDetector(scorer, intervalMs);
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  return stampsMs.map((atMs, i) => {
    detector.push(START_MS + atMs, values[i]!, out);
    return [...out];
  });
}

describe("the interval of a series", () => {
  it("is unknown at the first point and the step from the second one on", () => {
    expect(intervalsOf([0, 300_000, 600_000])).toEqual([0, 300_000, 300_000]);
  });

  it("is the lower median of the first 20 steps, until 21 points in a row have come at another", () => {
    const stamps = [0, 600_000];
    for (let i = 0; i < 60; i++) stamps.push(stamps.at(-1)! + (i < 30 ? 60_000 : 3_600_000));
    const intervals = intervalsOf(stamps);
    // The pair that holds the first long step is of another interval already: points 32 to 52.
    expect(intervals.slice(20, 52).every((one) => one === 60_000)).toBe(true);
    expect(intervals.slice(52).every((one) => one === 3_600_000)).toBe(true);
  });

  it("does not follow twenty such points, nor long and short steps in turn, nor gaps", () => {
    const endsAt = (steps: readonly number[]) => {
      const stamps = [0];
      for (const step of [...Array(40).fill(300_000), ...steps]) stamps.push(stamps.at(-1)! + step);
      return intervalsOf(stamps).at(-1);
    };
    expect(endsAt([...Array(19).fill(3_600_000), 300_000, 300_000])).toBe(300_000);
    expect(endsAt(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 300 : 599_700)))).toBe(
      300_000,
    );
    expect(endsAt(Array.from({ length: 200 }, (_, i) => (i % 9 === 0 ? 3e7 : 300_000)))).toBe(
      300_000,
    );
  });

  it("is half a minute where two replicas send each minute's point a moment apart", () => {
    const stamps = Array.from({ length: 60 }, (_, i) => (i >> 1) * 60_000 + (i % 2) * 300);
    expect(intervalsOf(stamps).at(-1)).toBe(30_000);
  });

  it("is learnt from known points: cells that are empty tell nothing, and fade nothing", () => {
    const known = Array.from({ length: 400 }, (_, i) => i * 60_000);
    const values = known.map((_, i) => Math.sin(i * 1.7) + (i > 300 && i < 305 ? 9 : 0));
    const stamps = known.flatMap((atMs) =>
      [0, 10_000, 20_000, 30_000, 40_000].map((d) => atMs + d),
    );
    const cells = stamps.map((_, i) => (i % 5 === 0 ? values[i / 5]! : Number.NaN));
    const joined = answersOf(stamps, cells).filter((_, i) => i % 5 === 0);
    expect(joined).toEqual(answersOf(known, values));
  });

  it("takes level and time of day along when it changes: a minute after hours is judged as it was", () => {
    const DAY = 86_400_000;
    const daily = (atMs: number) => 50 + 30 * Math.sin((2 * Math.PI * atMs) / DAY);
    const hours = Array.from({ length: 24 * 20 }, (_, i) => i * 3_600_000);
    const minutes = Array.from({ length: 1440 }, (_, i) => hours.length * 3_600_000 + i * 60_000);
    const stamps = [...hours, ...minutes];
    const values = stamps.map((atMs, i) => daily(START_MS + atMs) + Math.sin(i * 1.7));
    const answers = answersOf(stamps, values).slice(hours.length + 30);
    const away = answers.map((row, i) => Math.abs(row[2]! - daily(START_MS + minutes[i + 30]!)));
    expect(Math.max(...away)).toBeLessThan(12);
    expect(answers.every((row) => row[9]! < 0.75)).toBe(true);
  });

  it("counts the 20th step: ten of one minute after ten of five make it less", () => {
    const steps = [...Array(9).fill(60_000), ...Array(10).fill(300_000), 60_000];
    const stamps = [0];
    for (const step of steps) stamps.push(stamps.at(-1)! + step);
    expect(intervalsOf(stamps).slice(-2)).toEqual([300_000, 240_000]);
  });

  it("is learnt as if it had been known: from the 22nd point on the answers are those of a given interval", () => {
    const stamps = [0, 900_000];
    for (let i = 0; i < 100; i++) stamps.push(stamps.at(-1)! + 300_000);
    const values = stamps.map((_, i) => Math.sin(i * 1.7) + (i === 80 ? 9 : 0));
    const learnt = answersOf(stamps, values);
    const given = answersOf(stamps, values, 300_000);
    expect(learnt.slice(INTERVAL_POINTS)).toEqual(given.slice(INTERVAL_POINTS));
  });

  it("becomes five minutes where stamps repeat, and points then count as five minutes apart", () => {
    const stamps = Array(100).fill(0);
    expect(intervalsOf(stamps).at(-1)).toBe(300_000);
    const values = stamps.map((_, i) => Math.sin(i * 1.7) + (i === 80 ? 9 : 0));
    const apart = stamps.map((_, i) => i * 300_000 - START_MS);
    const given = answersOf(apart, values, 300_000);
    expect(answersOf(stamps, values).slice(2)).toEqual(given.slice(2));
  });

  it("is the whole second that jittering scrapes mean, and any step that is far from one", () => {
    expect(nominalIntervalMs(14_996)).toBe(15_000);
    expect(nominalIntervalMs(60_000)).toBe(60_000);
    expect(nominalIntervalMs(1_500)).toBe(1_500);
    expect(nominalIntervalMs(0)).toBe(300_000);
  });

  it("is the middle of all steps for any twenty of them", () => {
    const steps = fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(steps, (given) => {
        const points = new FirstPoints();
        let atMs = 0;
        points.add(atMs, 1);
        for (const step of given) {
          atMs += step;
          points.add(atMs, 1);
        }
        const sorted = given.toSorted((a, b) => a - b);
        expect(points.medianStepMs).toBe(sorted[(sorted.length - 1) >> 1]);
      }),
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("is refused as %d", (intervalMs) => {
    expect(() => openSeriesDetector(scorer, intervalMs)).toThrow(Refusal);
  });
});

describe("openSeriesDetector", () => {
  it("refuses the state of another scorer and of another version of the same", () => {
    const saved = openSeriesDetector(scorer, 60_000).save();
    const other: StreamScorer = { ...scorer, name: "other" };
    const newer: StreamScorer = { ...scorer, version: scorer.version + 1 };
    for (const stranger of [other, newer]) {
      expect(() => openSeriesDetector(stranger, 60_000).restore(saved)).toThrow(
        "another engine or version",
      );
    }
  });

  it("takes the interval over with the state", () => {
    const detector = openSeriesDetector(scorer, 60_000);
    const heir = openSeriesDetector(scorer, 3_600_000);
    heir.restore(detector.save());
    expect(heir.intervalMs).toBe(60_000);
  });

  it.each([
    ["a restart of the models", 60_000],
    ["stamps without steps", 0],
  ])("restores what was saved across %s", (_, stepMs) => {
    const stamps = Array.from({ length: 300 }, (_, i) => i * stepMs);
    const values = stamps.map((_, i) => (i < 100 ? 4 : 4 + Math.sin(i * 2.1)));
    const whole = answersOf(stamps, values);
    for (const cut of [99, 100, 101, 200]) {
      const saver = openSeriesDetector(scorer);
      const out = new Float64Array(DETECTOR_OUT_LENGTH);
      for (let i = 0; i < cut; i++) saver.push(START_MS + stamps[i]!, values[i]!, out);
      const heir = openSeriesDetector(scorer);
      heir.restore(saver.save());
      for (let i = cut; i < 300; i++) {
        heir.push(START_MS + stamps[i]!, values[i]!, out);
        expect([...out]).toEqual(whole[i]);
      }
    }
  });

  it("calibrates a guest's scorer that knows nothing of restarts", () => {
    const distance: StreamScorer = {
      name: "distance",
      version: 1,
      pointsMin: 1,
      open: () => ({
        push: (_atMs, value, out) => {
          out.fill(Number.NaN);
          out[0] = Math.abs(value);
        },
        save: () => Uint8Array.of(1),
        restore: () => {},
      }),
    };
    const detector = openSeriesDetector(distance, 60_000);
    const out = new Float64Array(DETECTOR_OUT_LENGTH);
    let atMs = START_MS;
    const scores = [0.5, 1.1, 30].map((value) => {
      atMs += 60_000;
      detector.push(atMs, value, out);
      return out[9]!;
    });
    expect(scores[0]).toBeLessThan(scores[1]!);
    expect(scores[2]).toBeGreaterThan(0.9);
  });
});
