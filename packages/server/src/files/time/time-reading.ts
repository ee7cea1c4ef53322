import { type DayOrder, writtenTime } from "./calendar.ts";
import { calendarReading } from "./calendar-reading.ts";
import { likelyUnitOf, msOf, type TimeUnit } from "./epoch.ts";
import { isNumberText, numberReading } from "./number-reading.ts";
import { patternReading } from "./pattern-reading.ts";
import type { TimeColumn, TimeDecision, TimeOptions, ToInstant } from "./time-column.ts";
import { ZoneClock, zoneOf } from "./zone.ts";

/**
 * Decides how a time column is read, from its first texts: numbers by their size and steps, dates by
 * their shape. What two readings fit equally well is refused, and the flag that decides it named.
 */
export function timeReading(column: TimeColumn, options: TimeOptions): TimeDecision {
  const { zone, timeFormat } = options;
  const known = zone === undefined ? undefined : zoneOf(zone);
  if (zone !== undefined && known === undefined) {
    return {
      index: 0,
      refused: { problem: `no zone is called "${zone}"`, remedy: "--zone takes Europe/Berlin" },
    };
  }
  const clock = known === undefined ? undefined : new ZoneClock(known);
  const place = zone ?? "UTC";
  const toInstant: ToInstant = (localMs, offsetMs) => {
    if (offsetMs !== undefined) return localMs - offsetMs;
    return clock === undefined ? localMs : clock.read(localMs);
  };
  if (timeFormat !== undefined && timeFormat !== "excel") {
    return patternReading(timeFormat, zone, column);
  }
  const first = column.texts.find((text) => text !== "") ?? "";
  return isNumberText(first)
    ? numberReading(column, options, { toInstant, place })
    : calendarReading(column, { toInstant, place });
}

/** One instant by itself, as on the command line; NaN when unreadable. */
export function instantMs(text: string, unit?: TimeUnit, zone?: string): number {
  const bare = text.trim();
  if (isNumberText(bare)) {
    const value = Number(bare);
    return msOf(value, unit ?? likelyUnitOf(value));
  }
  const orders: readonly DayOrder[] = ["day first", "month first"];
  const [one, other] = orders.map((order) => writtenTime(bare, order));
  // 02/03/2026 alone tells nobody which of the two is the day.
  if (one === undefined || one.localMs !== other?.localMs) return Number.NaN;
  const known = zone === undefined || one.offsetMs !== undefined ? undefined : zoneOf(zone);
  return known === undefined
    ? one.localMs - (one.offsetMs ?? 0)
    : new ZoneClock(known).read(one.localMs);
}
