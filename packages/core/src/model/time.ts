import { Refusal } from "./refusal.ts";

/** Milliseconds since 1970-01-01T00:00:00Z. May carry a fraction only where a source gives one. */
export type EpochMs = number;

/** A length of time in milliseconds. */
export type DurationMs = number;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** What the door accepts for an instant: epoch milliseconds, a `Date`, or ISO 8601 text. */
export type Instant = EpochMs | Date | string;

/** @throws Refusal "time/invalid" unless the text is an ISO 8601 instant and the number finite. */
export function toEpochMs(instant: Instant): EpochMs {
  const ms =
    typeof instant === "number"
      ? instant
      : typeof instant === "string"
        ? Date.parse(instant)
        : instant.getTime();
  if (!Number.isFinite(ms)) {
    throw new Refusal("time/invalid", "give epoch milliseconds or an ISO 8601 time", {
      given: String(instant),
    });
  }
  return ms;
}

/** Half-open: `startMs` is inside, `endMs` is not, so neighbours never share a point. */
export interface TimeRange {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** @throws Refusal "range/empty" unless start < end (NaN is refused too). */
export function timeRange(startMs: EpochMs, endMs: EpochMs): TimeRange {
  if (!(startMs < endMs)) {
    throw new Refusal("range/empty", "range start must be before its end", { startMs, endMs });
  }
  return { startMs, endMs };
}
