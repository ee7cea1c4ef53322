import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@foreshock/core/fold";

/** Which of two numbers is the day: 2 March is 02/03 here and 03/02 there. */
export type DayOrder = "day first" | "month first";

/** A time as it is written: milliseconds as if it were UTC, and what is to be taken off. */
export interface WrittenTime {
  readonly localMs: number;
  /** East of Greenwich; undefined where no zone is named. */
  readonly offsetMs: number | undefined;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** `[02/Mar/2026:00:00:00 +0000]`, as web servers log. */
const BRACKETS = /^\[([^\]]*)\]$/;
/** ` (Coordinated Universal Time)` after an offset, as browsers write dates. */
const ZONE_IN_WORDS = /(?<=[+-]\d{4}) \([^)]*\)$/;
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+/i;
const CLOCK =
  /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?\s?m\.?)?\s*([a-z]{1,5}|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?(?: [a-z]{1,5})?)?(?:\s+m=[+-][\d.]+)?$/i;
const SIGNED_OFFSET = /^(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?/i;
/** `130559Z`, after a date of digits. */
const CLOCK_OF_DIGITS = /^(\d{2})(\d{2})(\d{2})?(?=$|[.,]?\d*[a-z+-])/i;
const OFFSET_MAX_HOURS = 18;
/** Source: RFC 2822, section 4.3, and the two of Central Europe. Others mean several things. */
const ZONE_HOURS: Readonly<Record<string, number>> = {
  ...{ z: 0, utc: 0, gmt: 0, edt: -4, est: -5, cdt: -5, cst: -6, mdt: -6, mst: -7, pdt: -7 },
  ...{ pst: -8, cet: 1, cest: 2 },
};

/** Year, month, day, where the shape of the date alone says which is which. */
type DateMatch = readonly [year: string, month: string, day: string, length: number];

const DATE_SHAPES: readonly [RegExp, (found: RegExpExecArray, order: DayOrder) => DateMatch][] = [
  [/^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/, (f) => [f[1]!, f[3]!, f[4]!, f[0].length]],
  [/^(\d{4})(\d{2})(\d{2})(?=$|[T ])/, (f) => [f[1]!, f[2]!, f[3]!, f[0].length]],
  // A month alone begins with its first day.
  [/^(\d{4})-(\d{1,2})$/, (f) => [f[1]!, f[2]!, "1", f[0].length]],
  [/^(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/, (f) => [f[3]!, f[2]!, f[1]!, f[0].length]],
  [
    /^(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?!\d)/,
    (f, order) =>
      order === "day first"
        ? [f[4]!, f[3]!, f[1]!, f[0].length]
        : [f[4]!, f[1]!, f[3]!, f[0].length],
  ],
  [
    /^(\d{1,2})[- /]([a-z]{3,9})\.?[- /,]+(\d{4}|\d{2})(?!\d)/i,
    (f) => [f[3]!, f[2]!, f[1]!, f[0].length],
  ],
  [/^([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})(?!\d|:)/i, (f) => [f[3]!, f[1]!, f[2]!, f[0].length]],
];
/** `Mon Mar  2 00:00:00 2026`, with a zone before the year or not. */
const CTIME = /^([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}:\d{2}:\d{2})\s+(?:([a-z]{3,4})\s+)?(\d{4})$/i;

/** Whether the order of day and month makes a difference to how this date reads. */
export function dependsOnOrder(text: string): boolean {
  const found = /^(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?!\d)/.exec(bare(text));
  return found !== null;
}

/** Reads a date with or without a time of day, in the forms that people and tools write. */
export function writtenTime(text: string, order: DayOrder): WrittenTime | undefined {
  const rest = bare(text);
  const ctime = CTIME.exec(rest);
  if (ctime !== null) {
    const [, month = "", day = "", clock = "", zone = "", year = ""] = ctime;
    return joined(midnightOf(year, month, day), `${clock} ${zone}`.trim());
  }
  for (const [shape, parts] of DATE_SHAPES) {
    const found = shape.exec(rest);
    if (found === null) continue;
    const [year, month, day, length] = parts(found, order);
    const clock = rest.slice(length).replace(/^(?:[T:]|,?\s*(?:@|-|at)?\s*)/i, "");
    return joined(midnightOf(year, month, day), clock);
  }
  return undefined;
}

function bare(text: string): string {
  return text.trim().replace(BRACKETS, "$1").replace(WEEKDAY, "").replace(ZONE_IN_WORDS, "");
}

function joined(midnight: number, clock: string): WrittenTime | undefined {
  if (Number.isNaN(midnight)) return undefined;
  if (clock === "") return { localMs: midnight, offsetMs: undefined };
  const time = clockTime(clock);
  return time === undefined
    ? undefined
    : { localMs: midnight + time.localMs, offsetMs: time.offsetMs };
}

function midnightOf(yearText: string, monthText: string, dayText: string): number {
  const year = Number(yearText) + (yearText.length === 2 ? 2000 : 0);
  const named = MONTHS.indexOf(monthText.slice(0, 3).toLowerCase());
  const month = named >= 0 ? named : Number(monthText) - 1;
  const day = Number(dayText);
  const midnight = Date.UTC(year, month, day);
  const is = new Date(midnight);
  return month >= 0 && month < 12 && day > 0 && is.getUTCDate() === day ? midnight : Number.NaN;
}

/** A time of day with what may follow it; undefined when it is none. */
function clockTime(text: string): WrittenTime | undefined {
  const found = CLOCK.exec(text.trim().replace(CLOCK_OF_DIGITS, withColons));
  if (found === null) return undefined;
  const [, hourText = "", minutes = "", seconds = "0", fraction = "0", half, zone] = found;
  let hours = Number(hourText);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  }
  if (hours > 23 || Number(minutes) > 59 || Number(seconds) > 60) return undefined;
  const offsetMs = zone === undefined ? undefined : offsetOf(zone);
  if (zone !== undefined && offsetMs === undefined) return undefined;
  const whole = hours * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS;
  return { localMs: whole + Number(`0.${fraction}`) * SECOND_MS, offsetMs };
}

function withColons(_: string, hours: string, minutes: string, seconds = "00"): string {
  return `${hours}:${minutes}:${seconds}`;
}

function offsetOf(zone: string): number | undefined {
  const named = ZONE_HOURS[zone.toLowerCase()];
  if (named !== undefined) return named * HOUR_MS;
  const found = SIGNED_OFFSET.exec(zone);
  if (found === null) return undefined;
  const [, sign, hours, minutes = "0"] = found;
  if (Number(hours) > OFFSET_MAX_HOURS || Number(minutes) > 59) return undefined;
  const size = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return sign === "-" ? -size : size;
}
