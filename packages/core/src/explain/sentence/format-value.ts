/** How numbers of one unit are shown: `number * factor` followed by `suffix`. */
interface Shown {
  readonly factor: number;
  readonly suffix: string;
}

/** Prefixes of a family of units, largest first; the last one also takes what is smaller. */
type Ladder = readonly Shown[];

const rung = (factor: number, suffix: string): Shown => ({ factor, suffix });

const BYTES: Ladder = [
  rung(1e-15, " PB"),
  rung(1e-12, " TB"),
  rung(1e-9, " GB"),
  rung(1e-6, " MB"),
  rung(1e-3, " kB"),
  rung(1, " B"),
];
const BITS: Ladder = [
  rung(1e-9, " Gbit"),
  rung(1e-6, " Mbit"),
  rung(1e-3, " kbit"),
  rung(1, " bit"),
];
const SECONDS: Ladder = [
  rung(1 / 86_400, " days"),
  rung(1 / 3600, " h"),
  rung(1 / 60, " min"),
  rung(1, " s"),
  rung(1e3, " ms"),
  rung(1e6, " µs"),
];
const PERCENT: Ladder = [rung(1, " %")];
const PLAIN: Ladder = [rung(1e-9, " G"), rung(1e-6, " M"), rung(1, "")];

interface Unit {
  readonly ladder: Ladder;
  /** One of the unit in the ladder's own (a millisecond is .001 s). */
  readonly size: number;
  /** Values below 0 do not exist. */
  readonly positive: boolean;
}

const unit = (ladder: Ladder, size = 1): Unit => ({ ladder, size, positive: true });

/** Unit names as sources write them, lower case. A trailing "/s", "ps" or "per second" makes a rate. */
const UNITS: Readonly<Record<string, Unit>> = {
  "%": unit(PERCENT),
  percent: unit(PERCENT),
  pct: unit(PERCENT),
  ratio: unit(PERCENT, 100),
  fraction: unit(PERCENT, 100),
  b: unit(BYTES),
  byte: unit(BYTES),
  bytes: unit(BYTES),
  by: unit(BYTES),
  kb: unit(BYTES, 1e3),
  kilobytes: unit(BYTES, 1e3),
  kib: unit(BYTES, 1024),
  mb: unit(BYTES, 1e6),
  megabytes: unit(BYTES, 1e6),
  mib: unit(BYTES, 1024 ** 2),
  gb: unit(BYTES, 1e9),
  gigabytes: unit(BYTES, 1e9),
  gib: unit(BYTES, 1024 ** 3),
  bit: unit(BITS),
  bits: unit(BITS),
  s: unit(SECONDS),
  sec: unit(SECONDS),
  seconds: unit(SECONDS),
  ms: unit(SECONDS, 1e-3),
  milliseconds: unit(SECONDS, 1e-3),
  us: unit(SECONDS, 1e-6),
  µs: unit(SECONDS, 1e-6),
  microseconds: unit(SECONDS, 1e-6),
  ns: unit(SECONDS, 1e-9),
  nanoseconds: unit(SECONDS, 1e-9),
  min: unit(SECONDS, 60),
  minutes: unit(SECONDS, 60),
  h: unit(SECONDS, 3600),
  hours: unit(SECONDS, 3600),
};

/** Names that say "no unit". */
const UNITLESS = new Set(["", "1", "none", "count", "short", "number"]);

/** Sizes that a prefix makes readable; outside, the exponent is the whole story: 3.5e100, not 3.5e91 G. */
const PREFIXED_MIN = 1e-9;
const PREFIXED_MAX = 1e18;

const DIGITS_MIN = 2;
const DIGITS_MAX = 6;

/** A usual range and a value beside it, in words of one unit. */
export interface FormattedRange {
  /** "31-44 %", "8" where low and high are one. */
  readonly range: string;
  /** "93 %". */
  readonly value: string;
}

/** A value with its unit, 2 significant digits: 1_234_567 "bytes" is "1.2 MB". "?" for NaN. */
export function formatValue(value: number, unitName: string, digits = DIGITS_MIN): string {
  if (Number.isNaN(value)) return "?";
  const shown = shownOf(value, unitName);
  return numberText(value * shown.factor, digits) + shown.suffix;
}

/**
 * A usual range and a value beside it, in one unit and with as few digits (2 at least) as keep
 * the value apart from the range. A range of a size or share is cut at 0.
 */
export function formatRange(
  low: number,
  high: number,
  value: number,
  unitName: string,
): FormattedRange {
  const positive = unitOf(unitName).unit?.positive === true && high >= 0;
  const lowest = positive ? Math.max(0, low) : low;
  const range = shownOf(Math.max(Math.abs(lowest), Math.abs(high)), unitName);
  const own = shownOf(value, unitName);
  const digits = digitsApart([lowest * range.factor, high * range.factor], value * range.factor);
  const lowText = numberText(lowest * range.factor, digits);
  const highText = numberText(high * range.factor, digits);
  const dash = lowText.startsWith("-") || highText.startsWith("-") ? " to " : "-";
  return {
    range: (lowText === highText ? highText : lowText + dash + highText) + range.suffix,
    value: numberText(value * own.factor, digits) + own.suffix,
  };
}

/** The smallest number of digits at which the value reads other than both ends of the range. */
function digitsApart(ends: readonly number[], value: number): number {
  for (let digits = DIGITS_MIN; digits < DIGITS_MAX; digits++) {
    const text = numberText(value, digits);
    if (ends.every((end) => end === value || numberText(end, digits) !== text)) return digits;
  }
  return DIGITS_MAX;
}

function shownOf(value: number, unitName: string): Shown {
  const { unit: found, rate, name } = unitOf(unitName);
  const size = found?.size ?? 1;
  const ladder = found?.ladder ?? PLAIN;
  const fits = ({ factor }: Shown) => Math.abs(value) * size * factor >= 1;
  const base = ladder.find(({ factor }) => factor === 1) ?? ladder[ladder.length - 1]!;
  const away = Math.abs(value) * size;
  const plain = away === 0 || away >= PREFIXED_MAX || away < PREFIXED_MIN;
  const rungFound = plain ? base : (ladder.find(fits) ?? ladder[ladder.length - 1]!);
  const tail = found === undefined && !UNITLESS.has(name) ? ` ${unitName.trim()}` : "";
  return { factor: size * rungFound.factor, suffix: rungFound.suffix + rate + tail };
}

/** The unit that a name means; a rate of a known unit keeps "/s". Unknown names are kept as they are. */
function unitOf(unitName: string): { unit: Unit | undefined; rate: string; name: string } {
  const name = unitName.trim().toLowerCase();
  const known = UNITS[name];
  if (known !== undefined) return { unit: known, rate: "", name };
  const base = /^(.*?)\s*(?:\/\s*s(?:ec(?:ond)?)?|ps| per second)$/.exec(name)?.[1];
  const rated = base === undefined ? undefined : UNITS[base];
  return { unit: rated, rate: rated === undefined ? "" : "/s", name };
}

/** Sizes that are written out; smaller and larger ones get an exponent, as nobody counts zeros. */
const WRITTEN_MIN = 1e-4;
const WRITTEN_MAX = 1e15;

/** Significant digits, thousands grouped: 1234.5 with 2 digits is "1,200", 5e-10 is "5e-10". */
function numberText(value: number, digits: number): string {
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size < WRITTEN_MIN || size >= WRITTEN_MAX) {
    return String(Number(rounded.toExponential(digits - 1)).toExponential()).replace("e+", "e");
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  const [whole, part] = Math.abs(rounded).toFixed(Math.min(decimals, 12)).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  const trimmed = part?.replace(/0+$/, "") ?? "";
  return (rounded < 0 ? "-" : "") + grouped + (trimmed === "" ? "" : `.${trimmed}`);
}
