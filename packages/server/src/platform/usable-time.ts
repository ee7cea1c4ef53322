import { DAY_MS } from "@foreshock/core/fold";

/**
 * Nobody measures metrics of before: such a time is one in other units, or of a clock that was never set.
 * Epoch seconds of today, read as milliseconds, are in January 1970.
 */
export const FIRST_TIME_MS = Date.UTC(2000, 0, 1);
/** A sender's clock is not wrong by that much: the time is in other units, as microseconds. */
export const CLOCK_OFF_MAX_MS = 10 * 366 * DAY_MS;
