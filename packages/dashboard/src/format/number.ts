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

const SCALES: readonly (readonly [from: number, suffix: string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e4, "k"],
];

/**
 * A measured value for reading: three significant digits, 12300 as "12.3 k", tiny ones as "1.2e-5",
 * the unit behind it. An em dash where there is no number.
 */
export function measured(value: number | null | undefined, unit = ""): string {
  if (!isNumber(value)) return "—";
  const size = Math.abs(value);
  if (size >= WRITTEN_MAX) return withUnit(exponential(value, 3), unit);
  const scale = SCALES.find(([from]) => size >= from);
  if (scale !== undefined) {
    const divisor = scale[1] === "k" ? 1e3 : scale[0];
    return `${digits(value / divisor)}${NARROW}${scale[1]}${unit === "%" ? `${NARROW}%` : unit}`;
  }
  return withUnit(size !== 0 && size < 1e-3 ? value.toExponential(1) : digits(value), unit);
}

/** The same for a limit that people may use: five significant digits, none rounded away that counts. */
export function limit(value: number, unit = ""): string {
  if (Math.abs(value) >= WRITTEN_MAX) return withUnit(exponential(value, 5), unit);
  const scale = SCALES.find(([from]) => Math.abs(value) >= 10 * from);
  const [from, suffix] = scale ?? [1, ""];
  const divisor = suffix === "k" ? 1e3 : from;
  const text = String(Number((value / divisor).toPrecision(5)));
  const behind = suffix === "" || unit === "%" ? [suffix, unit] : [`${suffix}${unit}`];
  return [text, ...behind.filter((part) => part !== "")].join(NARROW);
}

/** Up to so many significant digits: 1.23e100. */
function exponential(value: number, digitCount: number): string {
  return Number(value.toPrecision(digitCount)).toExponential().replace("e+", "e");
}

function withUnit(text: string, unit: string): string {
  return unit === "" ? text : `${text}${NARROW}${unit}`;
}

/** Up to three significant digits, whole numbers kept whole: 0.0313, 4.2, 31.4, 412, 9986. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return String(Math.round(value));
  const decimals = size >= 10 ? 1 : size >= 1 ? 2 : 3 - Math.ceil(Math.log10(size || 1));
  return String(Number(value.toFixed(Math.min(6, Math.max(0, decimals)))));
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
  const text = size >= 1000 ? COUNT.format(Math.round(size)) : digits(size);
  return `${percentage < 0 ? "−" : "+"}${text}${NARROW}%`;
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}
