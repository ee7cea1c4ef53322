import { MINUTE_MS } from "@foreshock/core/fold";
/** Units of whole numbers in a time column. */
export const TIME_UNITS = ["s", "ms", "us", "ns"] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

const MS_PER_UNIT: Record<TimeUnit, number> = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/**
 * Numbers from here on are read as this unit. In seconds 1e11 is the year 5138, in milliseconds it
 * is March 1973, so the bounds fall where no recorded metric lies; likewise for the finer units.
 */
const UNIT_FROM: readonly (readonly [TimeUnit, number])[] = [
  ["ns", 1e17],
  ["us", 1e14],
  ["ms", 1e11],
];

const DIGIT_0 = 48;
const NUMBER = /^-?\d+(\.\d*)?$/;
const TIME_OF_DAY =
  /^[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;
const OFFSET_MAX_HOURS = 18;

/** Seconds below this lie before March 1973: such numbers count from a made-up origin. */
const ORIGIN_BELOW = 1e8;

/**
 * Reads one file's time column: epoch numbers, RFC 3339, `YYYY-MM-DD HH:MM:SS` (UTC where no zone is
 * named) or a date alone. Unless the unit is given, the first number decides it for the whole file:
 * below 1e11 seconds, below 1e14 milliseconds, below 1e17 microseconds, else nanoseconds. A first
 * number below 1e8 tells nothing; then the first step decides: whole thousands are milliseconds
 * (5 minutes are 300 or 300000), anything else seconds.
 */
export class TimeReader {
  #factor: number;
  /** The first number, while its step is still awaited. */
  #first: number | undefined;

  constructor(unit?: TimeUnit) {
    this.#factor = unit === undefined ? 0 : MS_PER_UNIT[unit];
  }

  /** Epoch milliseconds, NaN for text that is not a valid time. Until `settled` the unit may yet change. */
  read(raw: string): number {
    const text = raw.trim();
    if (!NUMBER.test(text)) return calendarMs(text);
    const value = Number(text);
    if (this.#factor === 0) this.#begin(value);
    else if (this.#first !== undefined && value !== this.#first) this.#settle(value - this.#first);
    return this.#factor < 1 ? value / (1 / this.#factor) : value * this.#factor;
  }

  /** False while the unit waits for the first step; times read before it are then read again. */
  get settled(): boolean {
    return this.#first === undefined;
  }

  #begin(value: number): void {
    if (Math.abs(value) < ORIGIN_BELOW) this.#first = value;
    this.#factor = MS_PER_UNIT[unitOf(value)];
  }

  #settle(step: number): void {
    this.#first = undefined;
    this.#factor = MS_PER_UNIT[step % 1000 === 0 ? "ms" : "s"];
  }
}

/** Which unit a lone number is most likely in. */
export function unitOf(value: number): TimeUnit {
  const size = Math.abs(value);
  return UNIT_FROM.find(([, from]) => size >= from)?.[0] ?? "s";
}

/** One instant by itself, as on the command line; NaN when unreadable. */
export function instantMs(text: string, unit?: TimeUnit): number {
  return new TimeReader(unit).read(text);
}

function calendarMs(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const dashed = text.charAt(4) === "-" && text.charAt(7) === "-";
  const slashed = text.charAt(4) === "/" && text.charAt(7) === "/";
  if (!(dashed || slashed) || !(month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return Number.NaN;
  if (text.length === 10) return midnight;
  if (text.length === 19) {
    const plain = plainTimeOfDayMs(text);
    if (!Number.isNaN(plain)) return midnight + plain;
  }
  return midnight + timeOfDayMs(text.slice(10));
}

/** `YYYY-MM-DD?HH:MM:SS` exactly, the common case, without a regular expression. */
function plainTimeOfDayMs(text: string): number {
  const gap = text.charAt(10);
  if ((gap !== " " && gap !== "T") || text.charAt(13) !== ":" || text.charAt(16) !== ":") {
    return Number.NaN;
  }
  return clockMs(digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2));
}

function timeOfDayMs(text: string): number {
  const match = TIME_OF_DAY.exec(text);
  if (match === null) return Number.NaN;
  const [, hours, minutes, seconds = "0", fraction = "", zone = "Z"] = match;
  const clock = clockMs(Number(hours), Number(minutes), Number(seconds));
  return clock + Number(`0.${fraction || "0"}`) * 1000 - offsetMs(zone);
}

function clockMs(hours: number, minutes: number, seconds: number): number {
  const known = hours <= 23 && minutes <= 59 && seconds <= 60;
  return known ? ((hours * 60 + minutes) * 60 + seconds) * 1000 : Number.NaN;
}

function offsetMs(zone: string): number {
  const sign = zone.charAt(0);
  if (sign !== "+" && sign !== "-") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || "0");
  if (hours > OFFSET_MAX_HOURS || minutes > 59) return Number.NaN;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/** The number written in `count` digits at `from`; NaN when one of them is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
