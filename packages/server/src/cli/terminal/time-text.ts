import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@foreshock/core/fold";

const UNITS: readonly (readonly [string, number])[] = [
  ["d", DAY_MS],
  ["h", HOUR_MS],
  ["min", MINUTE_MS],
  ["s", SECOND_MS],
];

/** `2026-07-01 14:05:00` in UTC; a dash where the time is not known. */
export function timeText(ms: number): string {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return "-";
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** The clock alone for today, the date with it otherwise. */
export function sinceText(iso: string | null, nowMs: number): string {
  if (iso === null) return "-";
  const text = timeText(Date.parse(iso));
  return text.slice(0, 10) === timeText(nowMs).slice(0, 10)
    ? text.slice(11, 16)
    : text.slice(0, 16);
}

/** A length of time in its largest unit, one decimal below ten: `25 min`, `2.5 h`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return "-";
  const [unit, size] = UNITS.find(([, unitMs]) => ms >= unitMs) ?? ["s", SECOND_MS];
  const count = ms / size;
  return `${count < 9.95 ? Number(count.toFixed(1)) : Math.round(count)} ${unit}`;
}

/** Whole numbers with thousands separated: 1,234,567. */
export function countText(count: number): string {
  // Not toLocaleString: loading the locale takes a tenth of a second.
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
