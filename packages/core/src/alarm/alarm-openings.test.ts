import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scoreOfDays } from "../stats/return-period.ts";
import { ALARM_OUT, ALARM_OUT_LENGTH, ALARM_PHASE, AlarmOpenings } from "./alarm-openings.ts";
import { EPISODE_ROW, EPISODE_ROW_LENGTH } from "./episode-tracker.ts";

const INTERVAL = 300_000;
const PER_DAY = 288;

interface Point {
  readonly value: number;
  readonly score: number;
}

const baseline = { seasonBins: PER_DAY, copySeason: (out: Float64Array) => out.fill(0) };

function alarms(promiseDays = 5.5): AlarmOpenings {
  return new AlarmOpenings({ intervalMs: INTERVAL, promiseDays, baseline });
}

/** Rows of ALARM_OUT; the scorer expects 100 with scale 1 all the time. */
function fold(layer: AlarmOpenings, points: readonly Point[], from = 0): Float64Array[] {
  return points.map(({ value, score }, i) => {
    const row = new Float64Array(EPISODE_ROW_LENGTH);
    row[EPISODE_ROW.score] = score;
    row[EPISODE_ROW.level] = 100;
    row[EPISODE_ROW.scale] = 1;
    const out = new Float64Array(ALARM_OUT_LENGTH);
    layer.push((from + i) * INTERVAL, value, row, 100, out);
    return out;
  });
}

const calm = (count: number): Point[] =>
  Array.from({ length: count }, (_, i) => ({ value: 100 + Math.sin(i * 12.9), score: 0.1 }));
const at = (value: number, score: number, count = 1): Point[] =>
  new Array<Point>(count).fill({ value, score });
/** What has been seen of a series that swings between two values, in this many days. */
const swinging = (low: number, high: number, days: number): Point[] => [
  ...calm(PER_DAY / 2),
  ...new Array(5).fill([...at(low, 0), ...at(high, 0)]).flat(),
  ...calm((days - 0.5) * PER_DAY),
];
const openings = (rows: readonly Float64Array[]) =>
  rows.flatMap((row, i) => (row[ALARM_OUT.opened] === 1 ? [i] : []));

describe("AlarmOpenings", () => {
  it("stays closed on calm points", () => {
    expect(openings(fold(alarms(), calm(10 * PER_DAY)))).toEqual([]);
  });

  it("opens on a record, by hand: 7 days old, 50 % of the range beyond it, so 7 x 25 days", () => {
    const rows = fold(alarms(), [
      ...at(99, 0),
      ...at(101, 0),
      ...calm(7 * PER_DAY - 3),
      ...at(102, 0),
    ]);
    const last = rows.at(-1)!;
    // The ends of the range have faded a little towards the mean in a week of 60 days half-life.
    expect(last[ALARM_OUT.evidence]).toBeGreaterThan(7 * 25);
    expect(last[ALARM_OUT.evidence]).toBeLessThan(7 * 40);
    expect(openings(rows)).toEqual([7 * PER_DAY - 1]);
  });

  it("damps a rare score whose deviation is small in the seen range, by hand: a tenth of 15 % of it squared", () => {
    const range = swinging(0, 200, 1);
    const small = fold(alarms(), [...range, ...at(103, 0.9)]).at(-1)!;
    const large = fold(alarms(), [...range, ...at(140, 0.9)]).at(-1)!;
    expect(large[ALARM_OUT.evidence]).toBeCloseTo(30, 0);
    expect(small[ALARM_OUT.evidence]).toBeCloseTo(30 * (3 / 200 / 0.15) ** 2, 1);
  });

  it("makes one opening of a shift of 48 hours, holds its score, and stays silent at recovery", () => {
    const shift = [...at(140, 0.95), ...at(140, 0.2, 2 * PER_DAY - 1)];
    const layer = alarms();
    const rows = fold(layer, [...calm(5 * PER_DAY), ...shift, ...at(100, 0.95), ...calm(PER_DAY)]);
    expect(openings(rows)).toEqual([5 * PER_DAY]);
    const hour47 = rows[7 * PER_DAY - 12]!;
    expect(hour47[ALARM_OUT.active]).toBe(1);
    expect(hour47[ALARM_OUT.score]).toBeGreaterThanOrEqual(0.95);
    expect(layer.isOpen).toBe(false);
  });

  it.each([
    { points: 10, during: ALARM_PHASE.lasting },
    { points: 60, during: ALARM_PHASE.held },
    { points: 2 * PER_DAY, during: ALARM_PHASE.held },
  ])(
    "says that a fault of $points points lasts until three points of the old normal have come, and not longer",
    ({ points, during }) => {
      const shift = [...at(140, 0.95), ...at(140, 0.2, points - 1)];
      const rows = fold(alarms(), [...calm(5 * PER_DAY), ...shift, ...at(100, 0.95), ...calm(90)]);
      const phases = rows.map((row) => row[ALARM_OUT.phase]);
      const end = 5 * PER_DAY + points;
      expect(phases[end - 1]).toBe(during);
      const lasting = [ALARM_PHASE.held, ALARM_PHASE.lasting] as number[];
      expect(phases.slice(end + 2).filter((phase) => lasting.includes(phase!))).toEqual([]);
    },
  );

  it("spends the promise over the rarity of each opening, by hand: of evidence of 12 days three openings fit, 5.5 (1 + 3 x 5.5 / 12) = 13; of 120 days all", () => {
    const range = swinging(60, 140, 3);
    const spikes = (days: number) =>
      new Array(8).fill([...at(120, scoreOfDays(days)), ...calm(PER_DAY / 4)]).flat();
    const weak = fold(alarms(), [...range, ...spikes(12.01)]);
    const length = spikes(12).length / 8;
    expect(openings(weak)).toEqual([0, 1, 2].map((k) => range.length + k * length));
    expect(openings(fold(alarms(), [...range, ...spikes(120)])).length).toBe(8);
    const rested = [...range, ...spikes(12.01), ...calm(14 * PER_DAY), ...spikes(12.01)];
    expect(openings(fold(alarms(), rested)).length).toBeGreaterThan(3);
  });

  it("does not measure all things by the first half day: 100 away for an hour at the start, the rise of 5 on day 5 opens", () => {
    const start = [...at(200, 0.1, 12), ...calm(5 * PER_DAY), ...at(105, 0.9)];
    expect(openings(fold(alarms(), start))).toEqual([start.length - 1]);
  });

  it("does not measure all things by one absurd value: after 1e19 on day 4 a rise of 20 on day 6 opens as another", () => {
    const absurd = [...calm(4 * PER_DAY), ...at(1e19, 0.97), ...calm(2 * PER_DAY)];
    const rows = fold(alarms(), [...absurd, ...at(120, scoreOfDays(20))]);
    expect(openings(rows)).toEqual([4 * PER_DAY, absurd.length]);
  });

  it("opens on an outage at a quiet hour, which is small beside the peaks: 20 falls to 0.1 where noon is 500", () => {
    const daily = Array.from({ length: 6 * PER_DAY }, (_, i): Point => {
      const load = 260 - 240 * Math.cos((2 * Math.PI * i) / PER_DAY);
      return { value: load * (1 + 0.08 * Math.sin(i * 12.9)), score: 0.1 };
    });
    expect(openings(fold(alarms(), daily))).toEqual([]);
    const rows = fold(alarms(), [...daily, ...at(20, 0.1), ...at(0.1, 0.1, 3)]);
    expect(openings(rows)).toEqual([daily.length + 1]);
  });

  it("opens nothing in the first two days, and what could have opened there spends nothing", () => {
    const burst = [...calm(PER_DAY), ...at(500, 0.999, 3), ...calm(PER_DAY - 3)];
    expect(openings(fold(alarms(), burst))).toEqual([]);
    const later = fold(alarms(), [...burst, ...at(300, scoreOfDays(6))]);
    expect(openings(later)).toEqual([2 * PER_DAY]);
  });

  it("opens beside an open alarm for far stronger evidence only, by hand: the open one had 11 days, so 330 for another", () => {
    const range = swinging(0, 200, 5);
    const open = at(140, scoreOfDays(11));
    const rows = (days: number) =>
      openings(fold(alarms(), [...range, ...open, ...at(60, scoreOfDays(days))]));
    const first = range.length;
    expect(rows(320)).toEqual([first]);
    expect(rows(340)).toEqual([first, first + 1]);
  });

  it("goes on without an opening when a fault was only hidden, and hides no new one meanwhile", () => {
    const away = at(130, 0.2, PER_DAY / 2);
    const hidden = at(100, 0.1, PER_DAY / 3);
    const start = [...calm(5 * PER_DAY), ...at(130, 0.95), ...away, ...hidden];
    const layer = alarms();
    const rows = fold(layer, [...start, ...away]);
    expect(openings(rows)).toEqual([5 * PER_DAY]);
    expect(rows[start.length - 1]![ALARM_OUT.active]).toBe(0);
    expect(rows.at(-1)![ALARM_OUT.active]).toBe(1);
    expect(rows.at(-1)![ALARM_OUT.score]).toBeGreaterThanOrEqual(0.95);
    const next = fold(layer, at(500, 0.99), rows.length);
    expect(openings(next)).toEqual([0]);
  });

  it("opens at the promise and not below it, and shows it so: 5 days are too little for 5.5, 6 are 0.76", () => {
    const range = swinging(0, 200, 5);
    const last = (days: number) =>
      fold(alarms(), [...range, ...at(140, scoreOfDays(days))]).at(-1)!;
    expect(last(5)[ALARM_OUT.opened]).toBe(0);
    expect(last(6)[ALARM_OUT.opened]).toBe(1);
    expect(last(6)[ALARM_OUT.score]).toBeCloseTo(scoreOfDays(6), 6);
  });

  it("gives a missing point no evidence and score 0, and lets the clocks run on", () => {
    const rows = fold(alarms(), [...calm(PER_DAY), ...at(Number.NaN, 0.9, 3)]);
    expect([...rows.at(-1)!]).toEqual([0, 0, 0, 0, 0]);
  });

  it("goes on from saved bytes as if nothing had happened, wherever it is cut", () => {
    const point = fc.record({
      value: fc.oneof(fc.double({ min: 60, max: 140, noNaN: true }), fc.constant(Number.NaN)),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 100, maxLength: 300 }), fc.nat(300), (list, k) => {
        const cut = Math.min(k, list.length);
        const points = [...calm(100), ...list];
        const whole = alarms();
        const rows = fold(whole, points);
        const first = alarms();
        const before = fold(first, points.slice(0, cut));
        const second = alarms();
        second.restore(first.save());
        expect([...before, ...fold(second, points.slice(cut), cut)]).toEqual(rows);
        expect(second.save()).toEqual(whole.save());
      }),
      { numRuns: 30 },
    );
    expect(() => alarms().restore(new Uint8Array(12))).toThrow(/cannot be read/);
  });
});
