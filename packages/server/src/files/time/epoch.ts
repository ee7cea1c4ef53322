/** Units of whole numbers in a time column. */
export const TIME_UNITS = ["s", "ms", "us", "ns"] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

export const UNIT_WORDS: Readonly<Record<TimeUnit, string>> = {
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
};

const PER_MS: Readonly<Record<TimeUnit, number>> = { s: 1e-3, ms: 1, us: 1e3, ns: 1e6 };

/** 2000-01-01 and 2100-01-01: an epoch number that lies outside is more likely something else. */
export const YEAR_2000_MS = 946_684_800_000;
export const YEAR_2100_MS = 4_102_444_800_000;

/** Epoch milliseconds of a number in a unit. */
export function msOf(value: number, unit: TimeUnit): number {
  return unit === "s" ? value * 1000 : value / PER_MS[unit];
}

/**
 * The unit in which a number is a time from 2000 to 2100; undefined where there is none. The ranges
 * of the units lie far apart: no number fits two of them.
 */
export function epochUnitOf(value: number): TimeUnit | undefined {
  return TIME_UNITS.find((unit) => {
    const ms = msOf(value, unit);
    return ms >= YEAR_2000_MS && ms < YEAR_2100_MS;
  });
}

/**
 * Which unit a lone number is most likely in. In seconds 1e11 is the year 5138, in milliseconds it
 * is March 1973; likewise for the finer units.
 */
export function likelyUnitOf(value: number): TimeUnit {
  const size = Math.abs(value);
  if (size >= 1e17) return "ns";
  if (size >= 1e14) return "us";
  return size >= 1e11 ? "ms" : "s";
}
