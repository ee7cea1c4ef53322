import { describe, expect, it } from "vitest";
import { encodeWriteRequest, type TestSeries } from "../../testing/remote-write-bytes.ts";
import { type DecodeLimits, decodeLimits } from "./body-budget.ts";
import { readCsv } from "./csv-body.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { readJson, readNdjson } from "./json.ts";
import type { DecodedBody } from "./packed-builder.ts";
import { RemoteWriteReader } from "./remote-write.ts";

/** Bytes do not matter here: 100 points, 200 parts without a point. */
const LIMITS = decodeLimits(2 ** 20, 100);
const LABELS = { cluster: [], node: [], stripPort: false };
const SAMPLE = { atMs: 1, value: 1 };
const HEADER = "timestamp,a,b\n";

type Reader = (bytes: Buffer, limits: DecodeLimits) => DecodedBody;

const csv: Reader = (bytes, limits) => readCsv(bytes, {}, limits);
const write: Reader = (bytes, limits) =>
  new RemoteWriteReader({ names: LABELS, cacheBytesMax: 2 ** 20 }).read(bytes, limits);

function writeRequest(count: number, one: (i: number) => TestSeries): Buffer {
  return encodeWriteRequest(Array.from({ length: count }, (_, i) => one(i)));
}

function repeated(count: number, text: string): string {
  return Array.from({ length: count }, () => text).join(",");
}

/** Bodies of `n` parts that hold no point, and nothing else. */
const PARTS: [what: string, reader: Reader, make: (n: number) => Buffer, partsEach: number][] = [
  ["blank lines of CSV", csv, (n) => Buffer.from(HEADER + "\n".repeat(n)), 1],
  ["lines of blanks of CSV", csv, (n) => Buffer.from(HEADER + " \r\n".repeat(n)), 1],
  ["missing fields of CSV", csv, (n) => Buffer.from(HEADER + "1764000000,,\n".repeat(n)), 2],
  ["blank lines of NDJSON", readNdjson, (n) => Buffer.from("\n".repeat(n)), 1],
  [
    "empty series of JSON",
    readJson,
    (n) => {
      const empty = '{"cluster":"a","node":"b","metric":"c","points":[]}';
      return Buffer.from(`{"series":[${repeated(n, empty)}]}`);
    },
    1,
  ],
  [
    "metadata of empty series of JSON",
    readJson,
    (n) => {
      const entries = Array.from({ length: n - 1 }, (_, i) => `"l${i}":"x"`).join(",");
      const series = `{"cluster":"a","node":"b","metric":"c","metadata":{${entries}},"points":[]}`;
      return Buffer.from(`{"series":[${series}]}`);
    },
    1,
  ],
  [
    "empty series of remote write",
    write,
    (n) => writeRequest(n, () => ({ labels: {}, samples: [] })),
    1,
  ],
  [
    "labels of empty series of remote write",
    write,
    (n) => writeRequest(n, () => ({ labels: { a: "x", b: "y" }, samples: [] })),
    3,
  ],
  [
    "metadata of remote write",
    write,
    (n) => {
      const metadata = Array.from({ length: n }, (_, i) => ({ type: 1, family: `f${i}` }));
      return encodeWriteRequest([], metadata);
    },
    1,
  ],
  [
    "exemplars of remote write",
    write,
    (n) => writeRequest(1, () => ({ labels: {}, samples: [], exemplars: n - 1 })),
    1,
  ],
  [
    "histograms of remote write",
    write,
    (n) => writeRequest(1, () => ({ labels: {}, samples: [], histograms: n - 1 })),
    1,
  ],
];

describe("parts of a body that hold no point", () => {
  it.each(PARTS)("are charged like points, and too many refused: %s", (_, reader, make, each) => {
    const most = Math.floor(LIMITS.partsMax / each);
    const body = reader(make(most), LIMITS);
    expect(body.batch.values.length).toBe(0);
    expect(body.charged).toBe(most * each);
    const refused = () => reader(make(most + 1), LIMITS);
    expect(refused).toThrow(IngestProblem);
    expect(refused).toThrow(/more than 200 parts without a point/);
  });

  it("are not the labels that a series with points may have", () => {
    const labels = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`l${i}`, "x"]));
    const full = { labels: { __name__: "m", ...labels }, samples: [SAMPLE] };
    expect(write(encodeWriteRequest([full, full]), LIMITS).charged).toBe(2);
    const over = { ...full, labels: { ...full.labels, one: "", more: "" } };
    expect(write(encodeWriteRequest([over]), LIMITS).charged).toBe(3);
  });

  it("are points that were refused with their series", () => {
    const nameless = { labels: {}, samples: [SAMPLE, SAMPLE] };
    const body = write(encodeWriteRequest([nameless]), LIMITS);
    expect(body).toMatchObject({ charged: 2, unusablePoints: 2 });
  });
});

describe("names of a body", () => {
  it("take a bounded number of bytes, however often the body makes them be repeated", () => {
    const names = Array.from({ length: 50 }, (_, i) => `${i}m`.padEnd(2000, "x"));
    const header = `node,timestamp,${names.map((name) => `_${name}`).join(",")}\n`;
    const rows = Array.from({ length: 60 }, (_, i) => `n${i},1764000000${",1".repeat(50)}`);
    const bytes = Buffer.from(header + rows.join("\n"));
    const limits = decodeLimits(200_000, 10_000);
    expect(bytes.length).toBeLessThan(limits.decodedBytesMax);
    expect(() => csv(bytes, limits)).toThrow(/names of its series take more than 400000 bytes/);
  });
});
