import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ASLEEP, type CountedSeries, LivingSeries } from "./living-series.ts";

interface Known extends CountedSeries {
  sentMs: number;
}

function series(intervalMs = 60_000): Known {
  return { intervalMs, awakeUntilHour: ASLEEP, sentMs: Number.NEGATIVE_INFINITY };
}

describe("LivingSeries", () => {
  it("by hand: counts a series for six hours of event time, then no longer until it sends again", () => {
    const living = new LivingSeries();
    const [a, b] = [series(), series()];
    living.moveTo(0);
    living.seen(a);
    living.seen(b);
    expect(living.count).toBe(2);
    living.moveTo(6 * HOUR_MS);
    living.seen(b);
    expect([living.count, living.isAwake(a)]).toEqual([2, true]);
    living.moveTo(7 * HOUR_MS);
    expect([living.count, living.isAwake(a), living.isAwake(b)]).toEqual([1, false, true]);
    living.seen(a);
    expect(living.count).toBe(2);
  });

  it("lets a daily series be silent for four of its intervals, and ends one that says so at once", () => {
    const living = new LivingSeries();
    const [daily, pod] = [series(DAY_MS), series()];
    living.moveTo(0);
    living.seen(daily);
    living.seen(pod);
    living.ended(pod);
    living.ended(pod);
    expect(living.count).toBe(1);
    living.moveTo(4 * DAY_MS);
    expect(living.count).toBe(1);
    living.moveTo(4 * DAY_MS + HOUR_MS);
    expect(living.count).toBe(0);
  });

  it("counts series that only send old points, like any other", () => {
    const living = new LivingSeries();
    living.moveTo(100 * DAY_MS);
    living.moveTo(DAY_MS);
    for (let i = 0; i < 10; i++) living.seen(series());
    expect(living.count).toBe(10);
  });

  const act = fc.record({
    which: fc.nat(5),
    hours: fc.constantFrom(0, 0.3, 1, 5, 23, 24, 25, 700, 20_000),
    what: fc.constantFrom("seen", "ended", "restore"),
  });

  it("agrees with a count over all series, after any history", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const living = new LivingSeries();
        const all = [60_000, 60_000, HOUR_MS, 7 * HOUR_MS, DAY_MS, 0].map((ms) => series(ms));
        let nowMs = 0;
        for (const { which, hours, what } of acts) {
          const one = all[which]!;
          nowMs += hours * HOUR_MS;
          living.moveTo(nowMs);
          if (what === "ended") living.ended(one);
          else if (what === "seen") living.seen(one);
          else living.restore(one, nowMs);
          one.sentMs = what === "ended" ? Number.NEGATIVE_INFINITY : nowMs;
          const alive = all.filter(({ sentMs, intervalMs }) => {
            const until = sentMs + Math.max(6 * HOUR_MS, 4 * intervalMs);
            return Math.floor(until / HOUR_MS) >= Math.floor(nowMs / HOUR_MS);
          });
          expect(living.count).toBe(alive.length);
          expect(all.filter((other) => living.isAwake(other))).toEqual(alive);
        }
      }),
    );
  });
});
