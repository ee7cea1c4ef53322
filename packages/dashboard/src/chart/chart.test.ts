import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anomalousRuns, type Columns, presentRuns, valueDomain } from "./columns.ts";
import { timeTicks } from "./time-ticks.ts";

const maybe = fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: null });
const column = fc.array(maybe, { maxLength: 40 });

function columnsOf(value: (number | null)[], lower: (number | null)[] = []): Columns {
  const none: null[] = [];
  const at = value.map((_, i) => i * 1000);
  const rest = { min: none, max: none, expected: none, upper: none, score: none, alarmScore: none };
  return { at, value, lower, ...rest };
}

describe("valueDomain", () => {
  it("holds every value and every bound, with room on both sides", () => {
    fc.assert(
      fc.property(column, column, (values, lower) => {
        const [low, high] = valueDomain(columnsOf(values, lower));
        expect(low).toBeLessThan(high);
        for (const value of [...values, ...lower]) {
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
        }
      }),
    );
  });

  it("gives a flat line room, and 0 to 1 where there is nothing", () => {
    expect(valueDomain(columnsOf([50, 50]))).toEqual([46, 54]);
    expect(valueDomain(columnsOf([null]))).toEqual([0, 1]);
  });
});

describe("runs", () => {
  it("of present values cover them all and nothing else", () => {
    fc.assert(
      fc.property(column, (values) => {
        const at = values.map((_, i) => 60_000 * i);
        const runs = presentRuns(at, values);
        const covered = runs.flatMap(({ start, end }) => values.slice(start, end));
        expect(covered).toEqual(values.filter((value) => value !== null));
      }),
    );
  });

  it("of values end where no point came for more than three steps", () => {
    const at = [0, 60, 120, 180, 360, 420, 700, 760];
    expect(presentRuns(at, Array(8).fill(1))).toEqual([
      { start: 0, end: 6 },
      { start: 6, end: 8 },
    ]);
    expect(presentRuns([5], [1])).toEqual([{ start: 0, end: 1 }]);
  });

  it("of anomalous scores carry the worst severity of the run", () => {
    expect(anomalousRuns([0.1, 0.5, 0.95, 0.6, null, 0.76, 0.2])).toEqual([
      { start: 1, end: 4, severity: "critical" },
      { start: 5, end: 6, severity: "major" },
    ]);
  });
});

describe("timeTicks", () => {
  it("are round, inside the range, and no more than asked", () => {
    const start = fc.integer({ min: 1.6e12, max: 1.9e12 });
    fc.assert(
      fc.property(start, fc.integer({ min: 60_000, max: 28 * 86_400_000 }), (startMs, lengthMs) => {
        const ticks = timeTicks({ startMs, endMs: startMs + lengthMs }, 8);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (const { atMs } of ticks) {
          expect(atMs % 60_000).toBe(0);
          expect(atMs).toBeGreaterThanOrEqual(startMs);
          expect(atMs).toBeLessThan(startMs + lengthMs);
        }
      }),
    );
  });

  it("name the day at midnight and the hour elsewhere", () => {
    const startMs = Date.parse("2026-11-23T14:00:00Z");
    const ticks = timeTicks({ startMs, endMs: startMs + 86_400_000 }, 8);
    expect(ticks.map(({ label }) => label)).toEqual([
      "15:00",
      "18:00",
      "21:00",
      "24 Nov",
      "03:00",
      "06:00",
      "09:00",
      "12:00",
    ]);
  });
});
