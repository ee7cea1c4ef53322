import { describe, expect, it } from "vitest";
import { createBatchEngine } from "../../detect/batch-engine.ts";
import { createStreamEngine } from "../../detect/stream-engine.ts";
import { Dice } from "../../generator/dice.ts";
import { generateSeries } from "../../generator/generate-series.ts";
import { METRIC_KINDS } from "../../generator/metric-kinds.ts";
import { seriesOf } from "../contract.ts";
import { SCORER_OUT_LENGTH } from "../scorer.ts";
import { streamScorer } from "./stream-scorer.ts";

const STEP_MS = 300_000;
const DAY = 288;
const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7];

interface Life {
  readonly level: number;
  /** Amplitude of its daily wave. */
  readonly wave: number;
}

interface Fault {
  readonly at: number;
  readonly points: number;
  readonly by: number;
}

/** Twenty days with noise of 1, one life up to `change` (a point) and another from it on. */
function lives(seed: number, change: number, [one, two]: readonly [Life, Life], fault: Fault) {
  const dice = new Dice(`regime ${seed}`);
  let noise = 0;
  return Float64Array.from({ length: 20 * DAY }, (_, i) => {
    noise = 0.6 * noise + 0.8 * dice.gaussian();
    const { level, wave } = i < change ? one : two;
    const by = i >= fault.at && i < fault.at + fault.points ? fault.by : 0;
    return level + wave * Math.sin((2 * Math.PI * i) / DAY) + noise + by;
  });
}

/** Points at which the models began again. */
function restarts(values: Float64Array): number[] {
  const open = streamScorer().open(STEP_MS);
  const out = new Float64Array(SCORER_OUT_LENGTH);
  const found: number[] = [];
  values.forEach((value, i) => {
    open.push(i * STEP_MS, value, out);
    if (open.restartCount !== found.length) found.push(i);
  });
  return found;
}

const CHANGE = 10 * DAY;
const GROWN = [
  { level: 100, wave: 5 },
  { level: 1000, wave: 5 },
] as const;
const NO_FAULT: Fault = { at: 0, points: 0, by: 0 };
/** Two hours of 12 noises, six days after the change. */
const LATER: Fault = { at: 16 * DAY + 100, points: 24, by: 12 };
const highest = (score: Float64Array, { at, points }: Fault) =>
  Math.max(...score.subarray(at, at + points + 6));

describe("a series that changes its nature for good", () => {
  it("gets fresh models once, half a day to a day and a half after the change", () => {
    for (const seed of SEEDS) {
      const taken = restarts(lives(seed, CHANGE, GROWN, NO_FAULT));
      expect(taken.length, `seed ${seed}`).toBe(1);
      expect(taken[0]! - CHANGE).toBeGreaterThan(DAY / 2);
      expect(taken[0]! - CHANGE).toBeLessThan(1.5 * DAY);
    }
  });

  it("shows a fault six days later as what it is", () => {
    for (const seed of SEEDS) {
      const values = lives(seed, CHANGE, GROWN, LATER);
      const { score } = createStreamEngine().score(seriesOf([...values], STEP_MS));
      expect(highest(score, LATER), `seed ${seed}`).toBeGreaterThan(0.75);
    }
  });

  it("is judged on either side by itself where all of it is known", () => {
    for (const seed of SEEDS) {
      const values = lives(seed, CHANGE, GROWN, LATER);
      const { score } = createBatchEngine().score(seriesOf([...values], STEP_MS));
      expect(highest(score, LATER), `seed ${seed}`).toBeGreaterThan(0.75);
      expect(highest(score, { at: CHANGE, points: 6, by: 0 })).toBeGreaterThan(0.75);
    }
  });

  it("is not what a fault of six hours is, nor a wave that is the same every day", () => {
    const wave = { level: 50, wave: 30 };
    for (const seed of SEEDS) {
      const long: Fault = { at: CHANGE, points: 72, by: 60 };
      expect(restarts(lives(seed, CHANGE, [wave, wave], long)), `seed ${seed}`).toEqual([]);
    }
  });

  it("is not what clean metrics do in four weeks, whatever they are", () => {
    const settled = METRIC_KINDS.filter((kind) => !["const", "errors"].includes(kind));
    for (const kind of settled) {
      const plan = { kind, seed: "regime", days: 28, intervalMs: STEP_MS };
      expect(restarts(generateSeries(plan).values), kind).toEqual([]);
    }
  });

  it("is the same when it is set down and taken up again while fresh models run", () => {
    const values = lives(0, CHANGE, GROWN, NO_FAULT);
    const engine = createStreamEngine();
    const [one, two] = [engine.open(STEP_MS), engine.open(STEP_MS)];
    const [a, b] = [new Float64Array(16), new Float64Array(16)];
    const pause = CHANGE + DAY / 2;
    for (let i = 0; i < pause; i++) one.push(i * STEP_MS, values[i]!, a);
    two.restore(one.save());
    for (let i = pause; i < CHANGE + 2 * DAY; i++) {
      one.push(i * STEP_MS, values[i]!, a);
      two.push(i * STEP_MS, values[i]!, b);
      expect([...b]).toEqual([...a]);
    }
  });
});
