import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DETECTOR_OUT } from "../engine/engine.ts";
import { SCORER_OUT } from "../engine/scorer.ts";
import {
  EPISODE_ROW,
  EPISODE_ROW_LENGTH,
  EPISODE_STATE_LENGTH,
  type EpisodeChange,
  EpisodeTracker,
  quietPointsMax,
} from "./episode-tracker.ts";

const MINUTE = 60_000;

interface Point {
  readonly score: number;
  readonly s: number;
}

function rowOf({ score, s }: Point): Float64Array {
  const row = new Float64Array(EPISODE_ROW_LENGTH);
  row[EPISODE_ROW.nonconformity] = s;
  row[EPISODE_ROW.level] = 10;
  row[EPISODE_ROW.scale] = 2;
  row[EPISODE_ROW.sudden] = s / 2;
  row[EPISODE_ROW.hour] = s / 4;
  row[EPISODE_ROW.recent] = s / 4;
  row[EPISODE_ROW.p] = 1 - score;
  row[EPISODE_ROW.score] = score;
  return row;
}

function fold(tracker: EpisodeTracker, points: readonly Point[], from = 0): EpisodeChange[] {
  return points.map((point, i) => tracker.push((from + i) * MINUTE, i, rowOf(point)));
}

const quiet = { score: 0.1, s: 1 };
const raised = { score: 0.3, s: 2 };
const alarm = { score: 0.8, s: 5 };

describe("quietPointsMax", () => {
  it("is ten points up to a step of 72 minutes, and eight hours of coarser ones, by hand", () => {
    const hours = [1 / 60, 1, 1.2, 2, 6, 24, 168];
    const points = hours.map((one) => quietPointsMax(one * 60 * MINUTE));
    expect(points).toEqual([10, 10, 10, 4, 1, 1, 1]);
  });

  it("lets two odd days with two quiet ones between be two episodes", () => {
    const tracker = new EpisodeTracker(24 * 60 * MINUTE);
    const said = fold(tracker, [alarm, quiet, alarm, quiet, quiet, alarm]);
    expect(said).toEqual(["opened", "none", "extended", "none", "closed", "opened"]);
  });
});

describe("EpisodeTracker", () => {
  it("reads the columns where the engine writes them", () => {
    const { absence, ...columns } = EPISODE_ROW;
    expect({ ...SCORER_OUT, ...DETECTOR_OUT }).toMatchObject(columns);
    expect(absence).toBe(DETECTOR_OUT.habit + 1);
  });

  it("opens at the first alarm and walks the onset back over raised points: 0 quiet, 1 and 2 raised, 3 alarm", () => {
    const tracker = new EpisodeTracker(MINUTE);
    expect(fold(tracker, [quiet, raised, raised, alarm])).toEqual([
      "none",
      "none",
      "none",
      "opened",
    ]);
    expect(tracker.episode()).toMatchObject({ open: true, onsetMs: MINUTE, firstMs: 3 * MINUTE });
  });

  it("walks back at most 400 points: raised since point 0, alarm at 500, so onset 100", () => {
    const tracker = new EpisodeTracker(MINUTE);
    fold(tracker, [...new Array(500).fill(raised), alarm]);
    expect(tracker.episode()?.onsetMs).toBe(100 * MINUTE);
  });

  it("bridges 10 quiet points and closes at the 11th", () => {
    const tracker = new EpisodeTracker(MINUTE);
    const tens = new Array(10).fill(quiet);
    const changes = fold(tracker, [alarm, ...tens, alarm, ...tens, quiet, quiet]);
    expect(changes.filter((change) => change !== "none")).toEqual(["opened", "extended", "closed"]);
    expect(changes.indexOf("closed")).toBe(22);
    expect(tracker.episode()).toMatchObject({ open: false, alarmCount: 2, lastMs: 11 * MINUTE });
  });

  it("keeps the peak's numbers and sums the parts: S 5 + 6 + 4, half of it sudden = 7.5", () => {
    const tracker = new EpisodeTracker(MINUTE);
    fold(tracker, [
      { score: 0.8, s: 5 },
      { score: 0.9, s: 6 },
      { score: 0.6, s: 4 },
    ]);
    expect(tracker.episode()).toMatchObject({
      peakMs: MINUTE,
      peakScore: 0.9,
      peakNonconformity: 6,
      peakValue: 1,
      peakLevel: 10,
      peakScale: 2,
      sumParts: { sudden: 7.5, hour: 3.75, recent: 3.75, shift: 0 },
      absenceCount: 0,
    });
  });

  it("keeps the point farthest from its level in scales, by hand: |2 - 10| / 2 = 4 beats |7 - 10| / 2 and |30 - 10| / 8", () => {
    const tracker = new EpisodeTracker(MINUTE);
    const wide = rowOf({ score: 0.9, s: 9 });
    wide[EPISODE_ROW.scale] = 8;
    tracker.push(0, 7, rowOf(alarm));
    tracker.push(MINUTE, 2, rowOf(alarm));
    tracker.push(2 * MINUTE, Number.NaN, rowOf(alarm));
    tracker.push(3 * MINUTE, 30, wide);
    expect(tracker.episode()).toMatchObject({
      peakMs: 3 * MINUTE,
      farthest: { atMs: MINUTE, value: 2, level: 10, scale: 2 },
    });
  });

  it("counts the alarms that an absence detector decided, and reads rows without that column", () => {
    const tracker = new EpisodeTracker(MINUTE);
    const stuck = rowOf(alarm);
    stuck[EPISODE_ROW.absence] = 1;
    tracker.push(0, 42, stuck);
    tracker.push(MINUTE, 42, rowOf(alarm).subarray(0, EPISODE_ROW.absence));
    expect(tracker.episode()).toMatchObject({ alarmCount: 2, absenceCount: 1 });
  });

  it("has no episode before the first alarm, and refuses bytes that are not its own", () => {
    const tracker = new EpisodeTracker(MINUTE);
    fold(tracker, [quiet, raised]);
    expect(tracker.episode()).toBeUndefined();
    expect(() => tracker.restore(new Uint8Array(3))).toThrow(/cannot be read/);
    expect(tracker.save().length).toBeLessThanOrEqual(208);
  });

  it("goes on from saved bytes as if nothing had happened, wherever it is cut, also in a slab", () => {
    const point = fc.record({
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      s: fc.oneof(fc.double({ min: 0, max: 4, noNaN: true }), fc.constant(Number.NaN)),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 80 }), fc.nat(80), (points, at) => {
        const cut = Math.min(at, points.length);
        const whole = new EpisodeTracker(MINUTE);
        const changes = fold(whole, points);
        const first = new EpisodeTracker(MINUTE);
        const before = fold(first, points.slice(0, cut));
        const slab = new Float64Array(2 * EPISODE_STATE_LENGTH);
        const second = new EpisodeTracker(MINUTE, slab.subarray(EPISODE_STATE_LENGTH));
        second.restore(first.save());
        const after = points
          .slice(cut)
          .map((p, i) => second.push((cut + i) * MINUTE, cut + i, rowOf(p)));
        expect([...before, ...after]).toEqual(changes);
        expect(second.episode()).toEqual(whole.episode());
        expect(second.save()).toEqual(whole.save());
      }),
    );
  });
});
