import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SILENCE_STATE_LENGTH, SilenceDetector } from "./silence-detector.ts";

const MINUTE = 60_000;

function seenAt(steps: Iterable<number>): SilenceDetector {
  const detector = new SilenceDetector(MINUTE);
  for (const step of steps) detector.seen(step);
  return detector;
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** The first step after the last seen one at which it speaks; Infinity if not within `steps`. */
function firstSpoken(detector: SilenceDetector, steps = 2000): number {
  const last = detector.lastSeenStep;
  for (let gap = 1; gap <= steps; gap++) {
    if (!Number.isNaN(detector.missed(last + gap))) return gap;
  }
  return Number.POSITIVE_INFINITY;
}

describe("SilenceDetector", () => {
  it("speaks at the 6th missing step, claiming at most 10 times its age, by hand: 1000 seen + 6 missing, so p = 1 / 10060", () => {
    const detector = seenAt(range(0, 1000));
    expect(firstSpoken(detector)).toBe(6);
    expect(detector.missed(999 + 6)).toBeCloseTo(1 / 10_060, 12);
  });

  it("claims less of a gappy series, by hand: every 2nd of 400 steps, share (199 + 1) / (399 + 20), p(6) = .0118", () => {
    const detector = seenAt(range(0, 200).map((i) => 2 * i));
    const p = detector.missed(398 + 6);
    expect(p).toBeGreaterThan(0.0112);
    expect(p).toBeLessThan(0.0124);
  });

  it("has no opinion before 30 points, inside the guard, and on a step that was seen", () => {
    expect(firstSpoken(seenAt(range(0, 29)))).toBe(Number.POSITIVE_INFINITY);
    const detector = seenAt(range(0, 100));
    expect(detector.missed(99)).toBeNaN();
    expect(detector.missed(99 + 5)).toBeNaN();
  });

  it("waits for three times the longest recent gap: 4 missing steps before, so the 13th", () => {
    expect(firstSpoken(seenAt([...range(0, 100), ...range(104, 200)]))).toBe(13);
  });

  it("counts an alarming gap only as long as its guard: 100 steps away, guard 5, so next time the 16th", () => {
    expect(firstSpoken(seenAt([...range(0, 100), ...range(200, 300)]))).toBe(16);
  });

  it("forgets a gap after six days", () => {
    const detector = seenAt([...range(0, 100), ...range(104, 9000)]);
    expect(firstSpoken(detector)).toBe(6);
  });

  it("does not miss what said that it ended, and speaks again after it has come back", () => {
    const detector = seenAt(range(0, 100));
    detector.ended();
    expect(range(100, 140).filter((step) => !Number.isNaN(detector.missed(step)))).toEqual([]);
    detector.seen(140);
    expect(firstSpoken(detector)).toBe(16);
  });

  it("takes an end back that a later point of the same step overtakes", () => {
    const detector = seenAt(range(0, 100));
    detector.ended();
    detector.seen(99);
    expect(firstSpoken(detector)).toBe(6);
  });

  it("does not miss what is younger than its habits, by hand: 60 minutes are 61 points", () => {
    const ofAge = (points: number): SilenceDetector => {
      const detector = new SilenceDetector(MINUTE, undefined, 60 * MINUTE);
      for (let step = 7; step < 7 + points; step++) detector.seen(step);
      return detector;
    };
    expect(firstSpoken(ofAge(60))).toBe(Number.POSITIVE_INFINITY);
    expect(firstSpoken(ofAge(61))).toBe(6);
    expect(ofAge(60).isOverdue(7 + 59 + 6)).toBe(true);
    expect(ofAge(60).isOverdue(7 + 59 + 5)).toBe(false);
  });

  it("accepts a silence of more than 3 days", () => {
    const detector = seenAt(range(0, 100));
    expect(detector.missed(99 + 3 * 1440)).toBeLessThan(1e-4);
    expect(detector.missed(99 + 3 * 1440 + 1)).toBeNaN();
  });

  const presence = fc.array(fc.boolean(), { minLength: 100, maxLength: 600 });
  const stepsOf = (present: readonly boolean[]) =>
    present.flatMap((here, step) => (here || step === present.length - 1 ? [step] : []));

  it("never alarms earlier on a series that has gaps than on the same series with fewer", () => {
    fc.assert(
      fc.property(presence, presence, (one, other) => {
        const fuller = one.map((here, i) => here || other[i] === true);
        expect(firstSpoken(seenAt(stepsOf(one)))).toBeGreaterThanOrEqual(
          firstSpoken(seenAt(stepsOf(fuller))),
        );
      }),
    );
  });

  it("finds a longer gap never more likely than a shorter one, and learns nothing from being asked", () => {
    fc.assert(
      fc.property(presence, (present) => {
        const detector = seenAt(stepsOf(present));
        const before = detector.save();
        let smallest = 1;
        for (let gap = 1; gap < 300; gap++) {
          const p = detector.missed(detector.lastSeenStep + gap);
          if (Number.isNaN(p)) continue;
          expect(p).toBeLessThanOrEqual(smallest);
          smallest = p;
        }
        expect(detector.save()).toEqual(before);
      }),
    );
  });

  it("raises at most about the promised alarms on series that lose points at random", () => {
    for (const share of [0.01, 0.1, 0.3, 0.6]) {
      const detector = new SilenceDetector(MINUTE);
      let seed = 7;
      const chance = () => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return seed / 2 ** 32;
      };
      let alarms = 0;
      for (let step = 0, open = false; step < 90 * 1440; step++) {
        if (chance() < share) {
          const rare = MINUTE / 86_400_000 / detector.missed(step) >= 1;
          if (rare && !open) alarms++;
          open ||= rare;
        } else {
          detector.seen(step);
          open = false;
        }
      }
      expect(alarms, `share ${share}`).toBeLessThanOrEqual(3);
    }
  });

  it("takes a gap that comes every week for a habit from the third on, a single long one for none", () => {
    const week = 7 * 1440;
    const weekend = 2 * 1440;
    const detector = new SilenceDetector(MINUTE);
    const loudest: number[] = [];
    for (let k = 0; k < 4; k++) {
      for (let step = 0; step < week - weekend; step++) detector.seen(k * week + step);
      let lowest = 1;
      for (let step = week - weekend; step < week; step++) {
        const p = detector.missed(k * week + step);
        if (p < lowest) lowest = p;
      }
      loudest.push(lowest);
    }
    expect(loudest[0]).toBeLessThan(1e-4);
    expect(loudest[1]).toBeLessThan(1e-4);
    expect(loudest.slice(2)).toEqual([1, 1]);
  });

  it("goes on from saved bytes as if nothing had happened, wherever it is cut, also in a slab", () => {
    fc.assert(
      fc.property(presence, fc.nat(600), (present, at) => {
        const steps = stepsOf(present);
        const cut = Math.min(at, steps.length);
        const whole = seenAt(steps);
        const slab = new Float64Array(2 * SILENCE_STATE_LENGTH);
        const second = new SilenceDetector(MINUTE, slab.subarray(SILENCE_STATE_LENGTH));
        second.restore(seenAt(steps.slice(0, cut)).save());
        for (const step of steps.slice(cut)) second.seen(step);
        expect(second.save()).toEqual(whole.save());
      }),
    );
    expect(() => new SilenceDetector(MINUTE).restore(new Uint8Array(9))).toThrow(/cannot be read/);
  });
});
