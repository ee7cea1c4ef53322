/** How one size of a unit is written: the value times `factor`, then `suffix`. */
export interface Rung {
  readonly factor: number;
  readonly suffix: string;
}

/** Sizes of a unit, largest first, each from 1 on; the last one takes what is smaller. */
type Ladder = readonly Rung[];

const BYTES: Ladder = [
  { factor: 1e-12, suffix: "TB" },
  { factor: 1e-9, suffix: "GB" },
  { factor: 1e-6, suffix: "MB" },
  { factor: 1e-3, suffix: "kB" },
  { factor: 1, suffix: "B" },
];
const SECONDS: Ladder = [
  { factor: 1 / 86_400, suffix: "d" },
  { factor: 1 / 3600, suffix: "h" },
  { factor: 1 / 60, suffix: "min" },
  { factor: 1, suffix: "s" },
  { factor: 1e3, suffix: "ms" },
  { factor: 1e6, suffix: "µs" },
];

interface Known {
  readonly ladder: Ladder;
  /** One of the unit in the ladder's own. */
  readonly size: number;
}

const PERCENT: Ladder = [{ factor: 1, suffix: "%" }];

const known = (ladder: Ladder, size = 1): Known => ({ ladder, size });

const UNITS: Readonly<Record<string, Known>> = {
  bytes: known(BYTES),
  byte: known(BYTES),
  by: known(BYTES),
  b: known(BYTES),
  kb: known(BYTES, 1e3),
  mb: known(BYTES, 1e6),
  gb: known(BYTES, 1e9),
  kib: known(BYTES, 1024),
  mib: known(BYTES, 1024 ** 2),
  gib: known(BYTES, 1024 ** 3),
  seconds: known(SECONDS),
  sec: known(SECONDS),
  s: known(SECONDS),
  ms: known(SECONDS, 1e-3),
  milliseconds: known(SECONDS, 1e-3),
  us: known(SECONDS, 1e-6),
  ratio: known(PERCENT, 100),
  fraction: known(PERCENT, 100),
  percent: known(PERCENT),
  pct: known(PERCENT),
  "%": known(PERCENT),
};

/** A rate of a unit that is known: the unit, and what stands behind it. */
const RATE = /^(.*?) *(?:\/ *s(?:ec(?:ond)?)?| per second)$/;

const PLAIN: Ladder = [
  { factor: 1e-12, suffix: "T" },
  { factor: 1e-9, suffix: "G" },
  { factor: 1e-6, suffix: "M" },
  { factor: 1e-3, suffix: "k" },
  { factor: 1, suffix: "" },
];
/** Numbers without a unit that is known are written out up to here. */
const PLAIN_FROM = 1e4;

/** The size in which a value is best read, its suffix with the unit: 12.3e6 "bytes/s" is in "MB/s". */
export function rungOf(value: number, unit: string): Rung {
  const { ladder, size, rate } = ladderOf(unit);
  const own = Math.abs(value) * size;
  if (ladder === undefined) {
    const rung = own < PLAIN_FROM ? PLAIN.at(-1)! : PLAIN.find(({ factor }) => own * factor >= 1)!;
    return { factor: rung.factor, suffix: rung.suffix + plainTail(rung.suffix, unit) };
  }
  const base = ladder.find(({ factor }) => factor === 1)!;
  const rung =
    own === 0 ? base : (ladder.find(({ factor }) => own * factor >= 1) ?? ladder.at(-1)!);
  return { factor: rung.factor * size, suffix: rung.suffix + rate };
}

function ladderOf(unit: string): (Known & { readonly rate: string }) | NoLadder {
  const name = unit.trim().toLowerCase();
  const own = UNITS[name];
  if (own !== undefined) return { ...own, rate: "" };
  const base = RATE.exec(name)?.[1];
  const rated = base === undefined ? undefined : UNITS[base];
  return rated === undefined ? NO_LADDER : { ...rated, rate: "/s" };
}

interface NoLadder {
  readonly ladder: undefined;
  readonly size: 1;
  readonly rate: "";
}
const NO_LADDER: NoLadder = { ladder: undefined, size: 1, rate: "" };

/** "k" and "req/s" are apart, "k" and "W" are one; "/s" follows the number. */
function plainTail(prefix: string, unit: string): string {
  if (unit === "" || prefix === "" || unit.startsWith("/")) return unit;
  return unit.length === 1 ? unit : ` ${unit}`;
}
