import { gzipSync } from "node:zlib";
import type { BodyFormat } from "../src/decode/decoder.ts";
import { LABELS } from "./encoded-bodies.ts";
import { encodeWriteRequest, snappy, type TestSeries } from "./remote-write-bytes.ts";

/** A kind of body that can be made as large as one likes. */
export interface OddBody {
  readonly what: string;
  readonly format: BodyFormat;
  readonly encoding?: string;
  /** @param n how many of what it is about; bytes grow in proportion. */
  readonly make: (n: number) => string | Buffer;
  readonly first?: number;
}

const AT_S = 1_764_000_000;
const CSV = { kind: "csv", names: {} } as const;
const JSON_FORMAT = { kind: "json" } as const;
const NDJSON = { kind: "ndjson" } as const;
const WRITE = { kind: "remote-write", labels: LABELS } as const;
const HEADER = "timestamp,value\n";

function many<Item>(n: number, item: (i: number) => Item): Item[] {
  return Array.from({ length: n }, (_, i) => item(i));
}

function row(i: number): string {
  return `${AT_S + i},${i}`;
}

function json(series: string): string {
  return `{"series":[${series}]}`;
}

function seriesText(points: string, metadata = "", node = "n1"): string {
  return `{"cluster":"eu","node":"${node}","metric":"m"${metadata},"points":[${points}]}`;
}

function write(series: readonly TestSeries[], metadata: { type: number; family: string }[] = []) {
  return snappy(encodeWriteRequest(series, metadata));
}

function labelled(i: number, more: Readonly<Record<string, string>> = {}): TestSeries {
  return {
    labels: { __name__: "m", instance: `n${i}`, ...more },
    samples: [{ atMs: 1000 * AT_S, value: i }],
  };
}

/** CSV that a file may hold as well as a body. */
export const ODD_CSV: readonly OddBody[] = [
  { what: "blank lines", format: CSV, make: (n) => HEADER + "\n".repeat(n) },
  { what: "lines of blanks", format: CSV, make: (n) => HEADER + "  \r\n".repeat(n) },
  {
    what: "quoted lines",
    format: CSV,
    make: (n) => HEADER + many(n, (i) => `"${AT_S + i}","${i}"`).join("\n"),
  },
  {
    what: "one quote, then plain lines",
    format: CSV,
    make: (n) => `${HEADER}"${AT_S}",1\n${many(n, row).join("\n")}`,
  },
  {
    what: "one quote at the end of plain lines",
    format: CSV,
    make: (n) => `${HEADER}${many(n, row).join("\n")}\n"${AT_S}",1`,
  },
  {
    what: "blank lines before one quote",
    format: CSV,
    make: (n) => `${HEADER}${"\n".repeat(n)}"${AT_S}",1`,
    first: 65_536,
  },
  {
    what: "a quote that holds line ends",
    format: CSV,
    make: (n) => `timestamp,"va${"\n".repeat(n)}lue"\n`,
    first: 32_768,
  },
  {
    what: "many columns",
    format: CSV,
    make: (n) =>
      `timestamp,${many(n, (i) => `m${i}`).join(",")}\n${AT_S},${many(n, String).join(",")}\n`,
  },
  {
    what: "columns without values",
    format: CSV,
    make: (n) => `timestamp,${many(n, (i) => `m${i}`).join(",")}\n${AT_S}${",".repeat(n)}\n`,
  },
  {
    what: "long names",
    format: CSV,
    make: (n) =>
      `node,timestamp,value\n${many(n >> 5, (i) => `${`${i}`.padEnd(250, "x")},${row(i)}`).join("\n")}`,
  },
  {
    what: "one very long line",
    format: CSV,
    make: (n) => `${HEADER}"${"x".repeat(n)}",1`,
    first: 65_536,
  },
  {
    what: "many nodes",
    format: CSV,
    make: (n) => `node,timestamp,value\n${many(n, (i) => `n${i},${row(i)}`).join("\n")}`,
  },
];

export const ODD_BODIES: readonly OddBody[] = [
  ...ODD_CSV,
  { what: "gzip", format: CSV, encoding: "gzip", make: (n) => gzipSync(HEADER + "\n".repeat(n)) },
  {
    what: "empty series",
    format: JSON_FORMAT,
    make: (n) => json(many(n, () => seriesText("")).join()),
  },
  {
    what: "many tiny points",
    format: JSON_FORMAT,
    make: (n) => json(seriesText(many(n, () => "[1,1]").join())),
  },
  {
    what: "points of series that cannot be used",
    format: JSON_FORMAT,
    make: (n) => json(many(n, () => seriesText("[1,null]", "", "")).join()),
  },
  {
    what: "deep nesting",
    format: JSON_FORMAT,
    make: (n) => `{"series":[{"metadata":${'{"a":'.repeat(n)}`,
  },
  {
    what: "blanks",
    format: JSON_FORMAT,
    make: (n) => json(`${" ".repeat(n)}${seriesText("[1,1]")}`),
    first: 65_536,
  },
  {
    what: "one long name",
    format: JSON_FORMAT,
    make: (n) => json(seriesText("[1,1]", "", "\\u0041".repeat(n))),
    first: 65_536,
  },
  {
    what: "long names",
    format: JSON_FORMAT,
    make: (n) => json(many(n >> 5, (i) => seriesText("[1,1]", "", `${i}`.padEnd(250))).join()),
  },
  {
    what: "many metadata entries",
    format: JSON_FORMAT,
    make: (n) => json(seriesText("[1,1]", `,"metadata":{${many(n, (i) => `"${i}":""`).join()}}`)),
  },
  { what: "blank lines", format: NDJSON, make: (n) => "\n".repeat(n) },
  { what: "series", format: NDJSON, make: (n) => many(n, () => seriesText("[1,1]")).join("\n") },
  {
    what: "empty series",
    format: WRITE,
    make: (n) => snappy(Buffer.alloc(2 * n, Buffer.from([0x0a, 0x00]))),
  },
  {
    what: "many tiny points",
    format: WRITE,
    make: (n) => {
      const samples = many(n, (i) => ({ atMs: i, value: 0 }));
      return write([{ labels: { __name__: "m" }, samples }]);
    },
  },
  { what: "many series", format: WRITE, make: (n) => write(many(n, labelled)) },
  {
    what: "many labels",
    format: WRITE,
    make: (n) => write([labelled(0, Object.fromEntries(many(n, (i) => [`l${i}`, "x"])))]),
  },
  {
    what: "labels that cannot be used",
    format: WRITE,
    make: (n) => write(many(n, (i) => labelled(i, { v: "\0" }))),
  },
  {
    what: "long labels",
    format: WRITE,
    make: (n) => write(many(n >> 5, (i) => labelled(i, { v: "x".repeat(1000) }))),
  },
  {
    what: "many metadata entries",
    format: WRITE,
    make: (n) =>
      write(
        [],
        many(n, (i) => ({ type: 1, family: `family_${i}` })),
      ),
  },
  {
    what: "exemplars and histograms",
    format: WRITE,
    make: (n) => write([{ ...labelled(0), exemplars: n, histograms: n }]),
  },
];
