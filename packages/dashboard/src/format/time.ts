export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Epoch ms of an instant of the API (RFC 3339); null where there is none. */
export function msOf(instant: string | null | undefined): number | null {
  if (instant === null || instant === undefined) return null;
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? null : ms;
}

/** "14:05", UTC. */
export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

/** "14:05:09", UTC. */
export function clockWithSeconds(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** "22 Nov", UTC. */
export function day(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** A clock time alone is plain for so long: shorter than a day, so that it never means two instants. */
const CLOCK_ALONE_MS = 18 * HOUR_MS;

/** "14:05" within 18 hours of `nowMs`, else "22 Nov 14:05", with the year where it is another. UTC. */
export function moment(ms: number, nowMs: number): string {
  if (Math.abs(nowMs - ms) < CLOCK_ALONE_MS) return clock(ms);
  const year = new Date(ms).getUTCFullYear();
  const isThisYear = year === new Date(nowMs).getUTCFullYear();
  return `${day(ms)}${isThisYear ? "" : ` ${year}`} ${clock(ms)}`;
}

/** "2026-11-22 14:05:00", UTC, for tables. */
export function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** "45 s", "17 min", "3 h 20 min", "2 d 4 h"; two units at most; "0 s" for what has not begun. */
export function lasting(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return two(ms, HOUR_MS, "h", MINUTE_MS, "min");
  return two(ms, DAY_MS, "d", HOUR_MS, "h");
}

/** How rare, as a person says it: "about once in 9 weeks"; days as the score's return period. */
export function rarity(days: number | null | undefined): string {
  if (days === null || days === undefined || !(days > 0)) return "—";
  if (days < 0.75) return "several times a day";
  if (days < 1.5) return "about once a day";
  if (days < 14) return `about once in ${Math.round(days)} days`;
  if (days < 91) return `about once in ${Math.round(days / 7)} weeks`;
  if (days < 730) return `about once in ${Math.round(days / 30.4)} months`;
  if (days < 36_500) return `about once in ${Math.round(days / 365)} years`;
  return "less than once in 100 years";
}

function two(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const whole = Math.floor(ms / bigMs);
  const rest = Math.floor((ms - whole * bigMs) / smallMs);
  return rest === 0 ? `${whole} ${big}` : `${whole} ${big} ${rest} ${small}`;
}
