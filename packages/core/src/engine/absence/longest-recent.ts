import { DAY_MS, type DurationMs, type EpochMs } from "../../model/time.ts";

/** "The last days" of the flatline rule. Source: reference classifier, is_flat over 3 days. */
export const RECENT_MS: DurationMs = 3 * DAY_MS;

/**
 * The longest of what was noted within the last 3 to 6 days, in three numbers of `state` from
 * `at` on: [longest of this stretch of 3 days, longest of the one before, end of this one].
 * Two stretches instead of a sliding maximum keep it O(1); they remember at least as long.
 */
export const LONGEST_RECENT_LENGTH = 3;

/** Writes down a length that ended (or has grown to `length`) at `atMs`. */
export function noteLength(state: Float64Array, at: number, length: number, atMs: EpochMs): void {
  turnStretch(state, at, atMs);
  if (length > state[at]!) state[at] = length;
}

/** The longest length of the last days as seen at `atMs`; changes nothing. 0 where none is known. */
export function longestRecent(state: Float64Array, at: number, atMs: EpochMs): number {
  const endMs = state[at + 2]!;
  if (atMs < endMs) return Math.max(state[at]!, state[at + 1]!);
  return atMs < endMs + RECENT_MS ? state[at]! : 0;
}

function turnStretch(state: Float64Array, at: number, atMs: EpochMs): void {
  const endMs = state[at + 2]!;
  if (atMs < endMs) return;
  state[at + 1] = atMs < endMs + RECENT_MS ? state[at]! : 0;
  state[at] = 0;
  state[at + 2] = (Math.floor(atMs / RECENT_MS) + 1) * RECENT_MS;
}
