import { describe, expect, it } from "vitest";
import { createStreamEngine } from "../../detect/stream-engine.ts";
import { Dice } from "../../generator/dice.ts";
import { generateSeries } from "../../generator/generate-series.ts";
import { unitAt } from "../../generator/inject-fault.ts";
import { seriesOf } from "../contract.ts";
import { withoutAbsurd } from "./first-hours.ts";

const STEP_MS = 300_000;
const DAY_POINTS = 288;
const KINDS = ["cpu", "rps", "latency", "disk", "net_cron", "temp"] as const;

describe("withoutAbsurd", () => {
  const usual = Array.from({ length: 60 }, (_, i) => 40 + (i % 5));

  it("puts the median in the place of what is eight times as far from it as all the rest, by hand", () => {
    const values = Float64Array.from(usual).with(3, 1e19).with(7, -300);
    const kept = withoutAbsurd(values)!;
    expect([kept[3], kept[7]]).toEqual([42, 42]);
    expect(kept.filter((value, i) => value !== values[i]).length).toBe(2);
    expect(withoutAbsurd(Float64Array.from(usual).with(3, 42 + 8 * 2))).toBeUndefined();
    expect(withoutAbsurd(Float64Array.from(usual).with(3, 42 + 8 * 2 + 1))).toBeDefined();
  });

  it("takes three far values of sixty for usual, as an hourly job of three minutes, and the only one of a constant start for absurd", () => {
    const burst = usual.map((value, i) => (i < 3 ? 1e6 + i : value));
    expect(withoutAbsurd(Float64Array.from(burst))).toBeUndefined();
    const constant = new Float64Array(60).fill(5);
    expect(withoutAbsurd(constant)).toBeUndefined();
    expect(withoutAbsurd(constant.with(10, 6))).toEqual(constant);
    expect(withoutAbsurd(constant.with(10, 6).with(20, 7))).toBeUndefined();
  });
});

/** Ten days of a metric with a shift of two hours on the ninth: as it is, and with one far value at `badAt`. */
function pair(
  seed: number,
  badAt: (dice: Dice) => number,
  bad: (usual: number, unit: number) => number,
) {
  const kind = KINDS[seed % KINDS.length]!;
  const series = generateSeries({
    kind,
    seed: `first hours ${seed}`,
    days: 10,
    intervalMs: STEP_MS,
  });
  const dice = new Dice(`first hours ${seed}`);
  const at = badAt(dice);
  const faultAt = Math.floor((8 + dice.uniform()) * DAY_POINTS);
  const unit = unitAt(series, faultAt);
  const values = series.values.map((value, i) =>
    i >= faultAt && i < faultAt + 24 ? value + 15 * unit : value,
  );
  return { at, faultAt, values, other: values.with(at, bad(values[at]!, unit)) };
}

const scoresOf = (values: Float64Array) =>
  createStreamEngine().score(seriesOf([...values], STEP_MS)).score;
const highest = (score: Float64Array, from: number, to: number) =>
  Math.max(...score.subarray(from, to));

/** On how many of the six days after the first something is odd about the minutes around `at`. */
function echoes(score: Float64Array, at: number): number {
  const days = [1, 2, 3, 4, 5, 6].map((day) => day * DAY_POINTS + at);
  return days.filter((from) => highest(score, from - 1, from + 3) >= 0.5).length;
}

describe("the first hours are not believed whole", () => {
  it("one absurd value among the first fifty: the fault of the ninth day is found as without it, and it does not come back daily; 200 seeds", () => {
    let echoed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const absurd = [2 ** 64, -(2 ** 31), 1e7][seed % 3]!;
      const { at, faultAt, values, other } = pair(
        seed,
        (dice) => dice.below(50),
        () => absurd,
      );
      const [plain, spoilt] = [scoresOf(values), scoresOf(other)];
      const found = highest(spoilt, faultAt, faultAt + 30);
      expect(found, `seed ${seed}`).toBeGreaterThan(highest(plain, faultAt, faultAt + 30) - 0.1);
      echoed += echoes(spoilt, at) - echoes(plain, at);
    }
    expect(echoed / 200).toBeLessThan(0.1);
  });

  it("a value thirty noises away in the rest of the first day does not come back daily; 60 seeds", () => {
    let echoed = 0;
    for (let seed = 0; seed < 60; seed++) {
      const later = (dice: Dice) => 60 + dice.below(200);
      const { at, other } = pair(seed, later, (usual, unit) => usual + 30 * unit);
      echoed += echoes(scoresOf(other), at);
    }
    expect(echoed / 60).toBeLessThan(0.1);
  });

  it("is the same when it is set down and taken up again among the first points", () => {
    const { values } = pair(
      0,
      () => 4,
      () => 1e9,
    );
    const engine = createStreamEngine();
    const [one, half, two] = [engine.open(), engine.open(), engine.open()];
    const outs = [new Float64Array(16), new Float64Array(16)] as const;
    const from = values.slice(0, 200).with(4, 1e9);
    from.forEach((value, i) => {
      one.push(i * STEP_MS, value, outs[0]);
      if (i < 40) half.push(i * STEP_MS, value, outs[1]);
      if (i === 39) two.restore(half.save());
      if (i < 40) return;
      two.push(i * STEP_MS, value, outs[1]);
      expect([...outs[1]]).toEqual([...outs[0]]);
    });
  });
});
