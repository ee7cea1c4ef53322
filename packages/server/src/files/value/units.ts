/** What a unit measures, in which base unit, and how much of it one is. */
export interface Unit {
  /** Values of a column all have the same: "bytes", "seconds", "%". */
  readonly base: string;
  readonly factor: number;
}

const UNITS = new Map<string, Unit>();

function add(base: string, names: Readonly<Record<string, number>>): void {
  for (const [name, factor] of Object.entries(names)) UNITS.set(name, { base, factor });
}

/** Powers of 1000, with the letters that tools put in front of a unit. */
const DECIMAL = { "": 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 } as const;
const BINARY = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 } as const;

function scaled(unit: string, prefixes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(prefixes).map(([at, by]) => [`${at}${unit}`, by]));
}

add("%", { "%": 1, percent: 1, Percent: 1, pct: 1 });
add("bytes", {
  ...{ ...scaled("B", DECIMAL), ...scaled("B", BINARY), ...BINARY },
  ...{ byte: 1, bytes: 1, Byte: 1, Bytes: 1, KBytes: 1e3, MBytes: 1e6 },
});
add("bits", { bit: 1, bits: 1, ...scaled("bit", BINARY), kbit: 1e3, Mbit: 1e6, Gbit: 1e9 });
add("bytes/s", {
  ...{ ...scaled("B/s", DECIMAL), ...scaled("B/s", BINARY), ...scaled("Bps", DECIMAL) },
});
add("bits/s", {
  ...{ ...scaled("b/s", DECIMAL), ...scaled("bps", DECIMAL), ...scaled("bit/s", DECIMAL) },
});
add("seconds", {
  ...{ ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, sec: 1, secs: 1, second: 1 },
  ...{ seconds: 1, min: 60, mins: 60, minute: 60, minutes: 60, h: 3600, hour: 3600, hours: 3600 },
  ...{ hr: 3600, hrs: 3600, day: 86_400, days: 86_400, week: 604_800, weeks: 604_800 },
});
add("", {
  ...{ k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, Mil: 1e6, Bil: 1e9, Tri: 1e12 },
});
add("hertz", { Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9 });
add("watts", { W: 1, kW: 1e3, MW: 1e6, mW: 1e-3 });
add("degrees C", { "°C": 1, "℃": 1 });
for (const one of ["req", "ops", "iops", "msg", "c", "rd", "wr", "io", "reqs"]) {
  add(`${one}/s`, { [`${one}/s`]: 1, [`K ${one}/s`]: 1e3, [`k${one}/s`]: 1e3 });
}
add("/s", { "/s": 1, "per s": 1, "per second": 1 });
for (const money of ["$", "€", "£", "USD", "EUR", "GBP"]) add(money, { [money]: 1 });

/** A unit as it stands behind (or, of money, before) a number; undefined where it is not known. */
export function unitOf(text: string): Unit | undefined {
  return UNITS.get(text);
}
