import { rungOf } from "./unit.ts";

/** Thin space between a number and its unit, so that they do not part at a line's end. */
const NARROW = "\u202f";

const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 9986 as "9,986"; an em dash where there is no number. */
export function count(value: number | null | undefined): string {
  return isNumber(value) ? COUNT.format(value) : "—";
}

/** "1 node", "2 nodes"; the noun's plural is regular. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Larger values get an exponent: nobody counts zeros. */
const WRITTEN_MAX = 1e15;
/** Smaller ones do as well: no prefix makes them readable. */
const WRITTEN_MIN = 1e-9;

const DIGITS = 3;
/** Two values that differ are told apart up to here. */
const DIGITS_MAX = 9;

/**
 * A measured value for reading: three significant digits, 12300 as "12.3 k", 0.0313 "seconds" as
 * "31.3 ms", 0.42 "ratio" as "42 %". An em dash where there is no number.
 */
export function measured(value: number | null | undefined, unit = ""): string {
  return isNumber(value) ? written(value, unit, DIGITS) : "—";
}

/** The same for a limit that people may use: five significant digits, none rounded away that counts. */
export function limit(value: number, unit = ""): string {
  return written(value, unit, 5);
}

type Values = readonly (number | null | undefined)[];

/**
 * Values that stand side by side, with as many digits, three at least, as keep those apart that differ;
 * in a column of many each from the one before it.
 */
export function apart(values: Values, unit = ""): string[] {
  const textsOf = (digitCount: number) =>
    values.map((value) => (isNumber(value) ? written(value, unit, digitCount) : "—"));
  for (let digitCount = DIGITS; digitCount < DIGITS_MAX; digitCount++) {
    const texts = textsOf(digitCount);
    if (areApart(values, texts)) return texts;
  }
  return textsOf(DIGITS_MAX);
}

export interface Beside {
  readonly value: string;
  /** "20 – 49 MB/s"; a dash where nothing is known of it. */
  readonly range: string;
}

/** A value and the range that is usual, told apart where they differ. */
export function beside(
  value: number | null | undefined,
  [low, high]: readonly [low: number | null | undefined, high: number | null | undefined],
  unit = "",
): Beside {
  const [own, lowText, highText] = apart([value, low, high], unit);
  if (!isNumber(low) || !isNumber(high)) return { value: own!, range: "—" };
  const [, suffix = ""] = highText!.split(NARROW);
  const shared = suffix !== "" && lowText!.endsWith(`${NARROW}${suffix}`);
  const from = shared ? lowText!.slice(0, -suffix.length - 1) : lowText!;
  return { value: own!, range: `${from} – ${highText}` };
}

/** All pairs of a few, neighbours of many. */
function areApart(values: Values, texts: readonly string[]): boolean {
  const reach = values.length <= 4 ? values.length : 1;
  return values.every((value, i) => {
    for (let k = i + 1; k <= i + reach && k < values.length; k++) {
      if (values[k] !== value && texts[k] === texts[i]) return false;
    }
    return true;
  });
}

/** Texts of the evenly spaced ticks of an axis: all in one size of the unit, with the digits that tell them apart. */
export function tickTexts(ticks: readonly number[], unit = ""): string[] {
  const size = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0);
  const step = Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0)) || size || 1;
  if (size >= WRITTEN_MAX || (size > 0 && size < WRITTEN_MIN)) {
    const digitCount = Math.min(15, 2 + Math.ceil(Math.log10(size / step)));
    return ticks.map((tick) => withUnit(exponential(tick, digitCount), unit));
  }
  const { factor, suffix } = rungOf(size, unit);
  const least = Math.max(0, Math.ceil(-Math.log10(step * factor) - 1e-6));
  const textsOf = (decimals: number) =>
    ticks.map((tick) => {
      const text = (tick * factor).toFixed(Math.min(15, decimals));
      return withUnit(Number(text) === 0 ? "0" : text, suffix);
    });
  const texts = textsOf(least);
  // Ticks that are no multiples of their step may round to the same.
  return new Set(texts).size === ticks.length ? texts : textsOf(least + 1);
}

/** In the size of its unit that suits it. */
function written(value: number, unit: string, digitCount: number): string {
  const size = Math.abs(value);
  const isFar = size >= WRITTEN_MAX || (size > 0 && size < WRITTEN_MIN);
  if (isFar) return withUnit(exponential(value, size < 1 ? digitCount - 1 : digitCount), unit);
  const { factor, suffix } = rungOf(value, unit);
  return withUnit(significant(value * factor, digitCount), suffix);
}

/** Up to so many significant digits: 1.23e100. */
function exponential(value: number, digitCount: number): string {
  return Number(value.toPrecision(digitCount)).toExponential().replace("e+", "e");
}

function withUnit(text: string, unit: string): string {
  return unit === "" ? text : `${text}${NARROW}${unit}`;
}

/** Up to so many significant digits, whole numbers kept whole: 0.0313, 4.2, 31.4, 412, 9986; 1.2e-5. */
function significant(value: number, digitCount: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return exponential(value, digitCount - 1);
  const decimals = digitCount - 1 - Math.floor(Math.log10(size || 1));
  return String(Number(value.toFixed(Math.min(12, Math.max(0, decimals)))));
}

/** A score in [0, 1] as people read it: 0.974 is 97. Never rounds up into 100. */
export function scored(score: number | null | undefined): string {
  return isNumber(score) ? String(Math.min(99, Math.floor(score * 100 + 1e-9))) : "—";
}

/** A share in [0, 1] in percent: "99.97 %"; ends in 100 only where it is all. */
export function percent(share: number | null | undefined, decimals = 0): string {
  if (!isNumber(share)) return "—";
  const step = 10 ** decimals;
  const value = share < 1 ? Math.floor(share * 100 * step + 1e-6) / step : 100;
  return `${value.toFixed(decimals)}${NARROW}%`;
}

/**
 * Shares of a whole in whole percents that add up to it as people see it: what rounding down leaves
 * goes to the largest remainders.
 */
export function percents(shares: readonly number[]): string[] {
  const floors = shares.map((share) => Math.floor(100 * share));
  const whole = Math.round(100 * shares.reduce((sum, share) => sum + share, 0));
  const left = whole - floors.reduce((sum, floor) => sum + floor, 0);
  const byRemainder = shares
    .map((share, i) => ({ i, remainder: 100 * share - floors[i]! }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, left)) floors[i]!++;
  return floors.map((floor) => `${floor}${NARROW}%`);
}

/** A signed percentage of change: "+112 %". */
export function change(percentage: number | null | undefined): string {
  if (!isNumber(percentage)) return "—";
  const size = Math.abs(percentage);
  const text = size >= 1000 ? COUNT.format(Math.round(size)) : significant(size, DIGITS);
  return `${percentage < 0 ? "−" : "+"}${text}${NARROW}%`;
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}
