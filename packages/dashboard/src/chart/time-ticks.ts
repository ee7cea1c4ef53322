import { clock, DAY_MS, day, HOUR_MS, MINUTE_MS } from "../format/time.ts";
import type { MsRange } from "../state/time-range.ts";

export interface Tick {
  readonly atMs: number;
  readonly label: string;
}

const STEPS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
  28 * DAY_MS,
];

/** At most `ticksMax` round UTC instants inside the range; midnights carry the day. */
export function timeTicks({ startMs, endMs }: MsRange, ticksMax: number): readonly Tick[] {
  const fits = (stepMs: number) => (endMs - startMs) / stepMs <= ticksMax;
  const stepMs = STEPS_MS.find(fits) ?? STEPS_MS.at(-1)!;
  const ticks: Tick[] = [];
  for (let atMs = Math.ceil(startMs / stepMs) * stepMs; atMs < endMs; atMs += stepMs) {
    ticks.push({ atMs, label: atMs % DAY_MS === 0 ? day(atMs) : clock(atMs) });
    if (ticks.length >= ticksMax) break;
  }
  return ticks;
}
