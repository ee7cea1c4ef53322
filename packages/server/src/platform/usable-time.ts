import { DAY_MS, type EpochMs, SECOND_MS } from "@foreshock/core/fold";

/**
 * Nobody measures metrics of before: such a time is one in other units, or of a clock that was never set.
 * Epoch seconds of today, read as milliseconds, are in January 1970.
 */
export const FIRST_TIME_MS = Date.UTC(2000, 0, 1);
/** A sender's clock is not wrong by that much: the time is in other units, as microseconds. */
export const CLOCK_OFF_MAX_MS = 10 * 366 * DAY_MS;

/** Units in which senders give instants that we take for milliseconds, and how many of those one is. */
const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["seconds", SECOND_MS],
  ["microseconds", 1e-3],
  ["nanoseconds", 1e-6],
];

/** In the unit in which the time is an instant of the last decades; empty where there is none. */
export function looksLike(atMs: number, nowMs: EpochMs): string {
  for (const [unit, ms] of UNITS) {
    const instant = atMs * ms;
    if (!(instant >= FIRST_TIME_MS && instant <= nowMs + DAY_MS)) continue;
    return ` (as epoch ${unit}: ${new Date(instant).toISOString()})`;
  }
  return "";
}
