import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS } from "../model/time.ts";

/** Equally spaced instants: `startMs + i intervalMs`. */
export interface TimeGrid {
  readonly startMs: EpochMs;
  readonly intervalMs: DurationMs;
  readonly pointCount: number;
}

/** Where people live: their clock against UTC in winter, and who decides when summer begins. */
export interface TimeZone {
  readonly offsetMs: DurationMs;
  readonly daylightSaving: "none" | "eu" | "us";
}

export const UTC: TimeZone = { offsetMs: 0, daylightSaving: "none" };

/** What the clock on the wall says at every point of a grid; columns of equal length. */
export interface Calendar {
  readonly grid: TimeGrid;
  /** Daily load: three waves of a day, about -1.3 to 1.3, mean 0. */
  readonly daily: Float64Array;
  /** 1 on Saturdays and Sundays. */
  readonly weekend: Float64Array;
  /** 0 to 1439. */
  readonly minuteOfDay: Float64Array;
}

/** `phase` in days: how far the daily load is moved. Cost: O(points), three sines each. */
export function calendarOf(grid: TimeGrid, zone: TimeZone, phase: number): Calendar {
  const { pointCount } = grid;
  const daily = new Float64Array(pointCount);
  const weekend = new Float64Array(pointCount);
  const minuteOfDay = new Float64Array(pointCount);
  const offsetOf = offsets(zone);
  for (let i = 0; i < pointCount; i++) {
    const atMs = grid.startMs + i * grid.intervalMs;
    const localMs = atMs + offsetOf(atMs);
    const day = Math.floor(localMs / DAY_MS);
    const turn = 2 * Math.PI * (localMs / DAY_MS - day - phase);
    daily[i] = Math.sin(turn) + 0.4 * Math.sin(2 * turn + 1) + 0.2 * Math.sin(3 * turn + 2);
    // 1970-01-01 was a Thursday, day 3 of a week that starts on Monday.
    weekend[i] = (day + 3) % 7 >= 5 ? 1 : 0;
    minuteOfDay[i] = Math.floor((localMs - day * DAY_MS) / MINUTE_MS);
  }
  return { grid, daily, weekend, minuteOfDay };
}

export function timestampsOf({ startMs, intervalMs, pointCount }: TimeGrid): Float64Array {
  return Float64Array.from({ length: pointCount }, (_, i) => startMs + i * intervalMs);
}

/**
 * Offset of the wall clock from UTC at an instant. Summer: in Europe from the last Sunday of March to
 * that of October, 01:00 UTC; in the United States from the second Sunday of March to the first of
 * November, 02:00 on the wall clock.
 */
export function offsetAt(atMs: EpochMs, zone: TimeZone): DurationMs {
  return offsets(zone)(atMs);
}

/** Remembers the summer of the last year asked for. */
function offsets({ offsetMs, daylightSaving }: TimeZone): (atMs: EpochMs) => DurationMs {
  if (daylightSaving === "none") return () => offsetMs;
  const summerOf = daylightSaving === "eu" ? europeanSummer : (y: number) => usSummer(y, offsetMs);
  let knownFromMs = Number.NaN;
  let knownToMs = Number.NaN;
  let summer = { startMs: 0, endMs: 0 };
  return (atMs) => {
    if (!(atMs >= knownFromMs && atMs < knownToMs)) {
      const year = new Date(atMs).getUTCFullYear();
      knownFromMs = Date.UTC(year, 0, 1);
      knownToMs = Date.UTC(year + 1, 0, 1);
      summer = summerOf(year);
    }
    return atMs >= summer.startMs && atMs < summer.endMs ? offsetMs + HOUR_MS : offsetMs;
  };
}

function europeanSummer(year: number) {
  return {
    startMs: sundayFrom(Date.UTC(year, 2, 25)) + HOUR_MS,
    endMs: sundayFrom(Date.UTC(year, 9, 25)) + HOUR_MS,
  };
}

function usSummer(year: number, offsetMs: DurationMs) {
  return {
    startMs: sundayFrom(Date.UTC(year, 2, 8)) + 2 * HOUR_MS - offsetMs,
    endMs: sundayFrom(Date.UTC(year, 10, 1)) + HOUR_MS - offsetMs,
  };
}

/** The first Sunday at or after a midnight. */
function sundayFrom(midnightMs: EpochMs): EpochMs {
  const weekday = new Date(midnightMs).getUTCDay();
  return midnightMs + ((7 - weekday) % 7) * DAY_MS;
}
