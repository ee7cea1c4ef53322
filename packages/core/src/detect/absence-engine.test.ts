import { describe, expect, it } from "vitest";
import { watchedSteps } from "../engine/absence/watched-steps.ts";
import { engineContract, seriesOf, withPoints } from "../engine/contract.ts";
import { Dice } from "../generator/dice.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../model/time.ts";
import { createAbsenceEngine } from "./absence-engine.ts";

engineContract("absence", () => createAbsenceEngine(), {
  faults: [{ kind: "stuck" }, { kind: "missing" }],
});

const STEP_MS = 5 * MINUTE_MS;
const STEPS_A_DAY = DAY_MS / STEP_MS;

/** A metric that moves at every step. */
function moving(days: number, seed = "moving"): MetricSeries {
  const dice = new Dice(seed);
  return seriesOf(
    Array.from({ length: days * STEPS_A_DAY }, () => 50 + dice.gaussian()),
    STEP_MS,
  );
}

/** The points of a series that a rule lets through. */
function kept(series: MetricSeries, keep: (i: number) => boolean): MetricSeries {
  const mask = series.values.map((_, i) => (keep(i) ? 1 : 0));
  const inside = (_: number, i: number) => mask[i] === 1;
  return withPoints(series, series.timestamps.filter(inside), series.values.filter(inside));
}

function runsAt(score: Float64Array, level: number): number {
  let runs = 0;
  let last = Number.NEGATIVE_INFINITY;
  score.forEach((one, i) => {
    if (one < level) return;
    if (i - last > 11) runs++;
    last = i;
  });
  return runs;
}

describe("watchedSteps", () => {
  it("fills in the steps that should have been there: two between points 3 apart, three after the last", () => {
    const series = kept(seriesOf([1, 2, 3, 4, 5], STEP_MS), (i) => i !== 2 && i !== 3);
    const [first, second, third] = series.timestamps;
    const steps = watchedSteps(series, STEP_MS, third! + 3 * STEP_MS);
    expect([...steps.values]).toEqual([
      1,
      2,
      Number.NaN,
      Number.NaN,
      5,
      ...Array(3).fill(Number.NaN),
    ]);
    expect([...steps.timestamps].map((at) => (at - first!) / STEP_MS)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
    expect(second! - first!).toBe(STEP_MS);
  });

  it("fills in none for jitter, and no more than three days of one silence", () => {
    const series = moving(1);
    const jittered = withPoints(
      series,
      series.timestamps.map((at, i) => at + (i % 3) * 60_000),
      series.values,
    );
    expect(watchedSteps(jittered, STEP_MS, 0)).toBe(jittered);
    const left = watchedSteps(series, STEP_MS, series.timestamps.at(-1)! + 30 * DAY_MS);
    expect(left.length).toBe(4 * STEPS_A_DAY - 1);
  });
});

describe("createAbsenceEngine", () => {
  const engine = createAbsenceEngine();

  it("finds a silence of an hour, also in windows that hold no point, and says since when", async () => {
    const day = 6 * STEPS_A_DAY;
    const series = kept(moving(7), (i) => i < day || i >= day + 24);
    const results = await engine.detect(series);
    const silent = results.filter(({ anomalyScore }) => anomalyScore >= 0.9);
    expect(silent.length).toBeGreaterThanOrEqual(1);
    expect(silent[0]).toMatchObject({ anomalyLabel: "trend", kind: "missing", engine: "absence" });
    const lastPointMs = series.timestamps[day - 1]!;
    for (const { windowStart, windowEnd, explanation } of silent) {
      expect(windowEnd).toBeGreaterThan(lastPointMs);
      expect(windowStart).toBeLessThan(lastPointMs + 26 * STEP_MS);
      expect(explanation!.onset).toBe(lastPointMs);
      expect(explanation!.text).toContain("stopped reporting");
      expect(explanation!.factors.at(-1)).toEqual({ name: "absence", share: 1 });
    }
  });

  it("scores the point that ends a silence by the silence, and a missing value as it goes on", () => {
    const holed = moving(7);
    const at = 1800;
    const values = holed.values.map((value, i) => (i >= at && i < at + 20 ? Number.NaN : value));
    const missing = engine.score(withPoints(holed, holed.timestamps, values));
    expect(missing.score[at + 19]).toBeGreaterThan(0.9);
    expect(missing.score[at + 2]).toBe(0);
    const gone = engine.score(kept(holed, (i) => i < at || i >= at + 20));
    expect(gone.score.length).toBe(holed.length - 20);
    expect(gone.score[at]).toBe(missing.score[at + 19]);
    expect(gone.score[at + 1]).toBe(0);
  });

  it("finds a value that is stuck, and since when", async () => {
    const series = moving(7);
    const values = series.values.map((value, i) => (i >= 1800 && i < 1860 ? 51 : value));
    const stuck = withPoints(series, series.timestamps, values);
    const worst = (await engine.detect(stuck)).reduce((a, b) =>
      b.anomalyScore > a.anomalyScore ? b : a,
    );
    expect(worst.anomalyScore).toBeGreaterThan(0.9);
    expect(worst).toMatchObject({ kind: "flatline", anomalyLabel: "trend" });
    expect(worst.explanation!.onset).toBe(series.timestamps[1800]!);
  });

  it("finds a series that has vanished only where it knows how long others were watched", async () => {
    const series = moving(7);
    const untilMs = series.timestamps.at(-1)! + 2 * HOUR_MS;
    const loud = async (one: typeof engine) =>
      (await one.detect(series)).filter(({ anomalyScore }) => anomalyScore >= 0.9).length;
    expect(await loud(engine)).toBe(0);
    expect(await loud(engine.until(untilMs))).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ["that lose one point in ten", (i: number, dice: Dice) => i >= 0 && dice.uniform() > 0.1],
    ["that lose half of their points", (i: number, dice: Dice) => i >= 0 && dice.uniform() > 0.5],
    ["that rest every night for six hours", (i: number) => i % STEPS_A_DAY > 72],
    ["that rest at weekends", (i: number) => Math.floor(i / STEPS_A_DAY) % 7 < 5],
    ["that report every third step", (i: number) => i % 3 === 0],
    ["that come in bursts of an hour, then rest for an hour", (i: number) => i % 24 < 12],
    ["that move once an hour", (i: number) => i >= 0],
  ] as const)("stays quiet on series %s: at most one alarm of 0.9 a month", (name, keep) => {
    let alarms = 0;
    const days = 60;
    for (let k = 0; k < 4; k++) {
      const dice = new Dice(`${name} ${k}`);
      const whole = moving(days, `${name} ${k}`);
      const values =
        name === "that move once an hour"
          ? whole.values.map((_, i) => whole.values[i - (i % 12)]!)
          : whole.values;
      const series = kept(withPoints(whole, whole.timestamps, values), (i) => keep(i, dice));
      alarms += runsAt(engine.score(series).score, 0.9);
    }
    expect(alarms / ((4 * days) / 30)).toBeLessThanOrEqual(1);
  });

  it("looks at the past alone: a prefix of a series gets the same scores", () => {
    const series = kept(moving(4), (i) => i % 50 < 40 || i % 7 === 0);
    const whole = engine.score(series).score;
    for (const length of [1, 30, 400, 900]) {
      const part = withPoints(
        series,
        series.timestamps.slice(0, length),
        series.values.slice(0, length),
      );
      expect(engine.score(part).score).toEqual(whole.slice(0, length));
    }
  });
});
