import { DAY_MS, type DurationMs, HOUR_MS } from "../../model/time.ts";

/** A record is at most as rare as the series is old, times what its margin says; ages count up to this. */
const AGE_DAYS_MAX = 14;
/** A value this far beyond the range, in widths of the range, is as rare as the series is old. */
const MARGIN = 0.3;
/** What was seen is half forgotten after this time. */
const MEMORY_DAYS = 60;
/** The range is that of this long ago and more, so that a fault stays a record for some time. */
const BLOCK_MS: DurationMs = 2 * HOUR_MS;
/** Before that everything is a record: the first days are new. */
const POINTS_MIN = 60;
const YOUNG_DAYS = 2;
const P_MIN = 1e-15;

const COUNT = 0;
const HIGH = 1;
const LOW = 2;
const CENTRE = 3;
/** Extremes of the last whole block, and of the one that fills. */
const LAST_HIGH = 4;
const LAST_LOW = 5;
const NEW_HIGH = 6;
const NEW_LOW = 7;
/** Numbers of memory, all 0 to begin with. */
export const RECORD_NUMBERS = 8;

/**
 * p of a value by how far it lies outside of everything the series showed until two hours ago; 1 inside of it. Then
 * learns the value. The tail of a nonconformity has limits, a record has none: one metric of many that
 * leaves everything it ever showed is seen through the others.
 *
 * Past-only; O(1) per point; 64 bytes.
 *
 * @param numbers RECORD_NUMBERS of memory
 */
export function recordP(value: number, intervalMs: DurationMs, numbers: Float64Array): number {
  const count = ++numbers[COUNT]!;
  if (count === 1) {
    numbers.fill(value, HIGH, RECORD_NUMBERS);
    return 1;
  }
  const old = count > POINTS_MIN && count * intervalMs >= YOUNG_DAYS * DAY_MS;
  const days = old ? recordDays(value, intervalMs, numbers) : 0;
  learnRange(value, intervalMs, numbers);
  return days > 0 ? Math.min(1, Math.max(P_MIN, intervalMs / DAY_MS / days)) : 1;
}

/** A p and that of a record of the same point, as one: the smaller, for which two were asked. */
export function withRecord(p: number, record: number): number {
  return Math.min(p, 2 * record);
}

function recordDays(value: number, intervalMs: DurationMs, numbers: Float64Array): number {
  const high = numbers[HIGH]!;
  const low = numbers[LOW]!;
  if (value <= high && value >= low) return 0;
  const age = Math.min((numbers[COUNT]! * intervalMs) / DAY_MS, AGE_DAYS_MAX);
  if (!(high > low)) return age;
  const margin = Math.max(value - high, low - value) / (high - low);
  return age * (margin / MARGIN) ** 2;
}

function learnRange(value: number, intervalMs: DurationMs, numbers: Float64Array): void {
  const count = numbers[COUNT]!;
  const memory = (MEMORY_DAYS * DAY_MS) / intervalMs;
  numbers[CENTRE]! += (value - numbers[CENTRE]!) / Math.min(count, memory);
  numbers[NEW_HIGH] = Math.max(numbers[NEW_HIGH]!, value);
  numbers[NEW_LOW] = Math.min(numbers[NEW_LOW]!, value);
  const block = Math.max(1, Math.round(BLOCK_MS / intervalMs));
  const young = count <= POINTS_MIN;
  if (!young && count % block !== 0) return;
  const centre = numbers[CENTRE]!;
  // Forgotten once per block: a power per point would be the cost of the point.
  const keep = young ? 1 : 0.5 ** (block / memory);
  const high = centre + (numbers[HIGH]! - centre) * keep;
  const low = centre + (numbers[LOW]! - centre) * keep;
  numbers[HIGH] = Math.max(high, young ? value : numbers[LAST_HIGH]!);
  numbers[LOW] = Math.min(low, young ? value : numbers[LAST_LOW]!);
  numbers[LAST_HIGH] = numbers[NEW_HIGH]!;
  numbers[LAST_LOW] = numbers[NEW_LOW]!;
  numbers[NEW_HIGH] = numbers[NEW_LOW] = value;
}
