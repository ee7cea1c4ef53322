import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  encodeWriteRequest,
  snappy,
  type TestSeries,
  varint,
} from "../../testing/remote-write-bytes.ts";
import { seriesOf } from "../platform/ingest-batch.ts";
import { buffersOfBatch, unpackBatch } from "../platform/packed-batch.ts";
import { decodeLimits } from "./body-budget.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { RemoteWriteReader } from "./remote-write.ts";
import { SnappyReader } from "./snappy.ts";

const NAMES = { cluster: ["cluster", "job"], node: ["instance", "node"], stripPort: false };
const LIMITS = decodeLimits(1 << 20, 1000);
const CACHE_BYTES_MAX = 1 << 20;
const T = 1_764_000_000_000;

let reader: RemoteWriteReader;
beforeEach(() => {
  reader = new RemoteWriteReader({ names: NAMES, cacheBytesMax: CACHE_BYTES_MAX });
});

function read(series: readonly TestSeries[]) {
  return readWith(reader, series);
}

function readWith(by: RemoteWriteReader, series: readonly TestSeries[]) {
  const body = by.read(encodeWriteRequest(series), LIMITS);
  return { ...body, series: seriesOf(unpackBatch(body.batch)) };
}

function one(labels: Record<string, string>, value = 1): TestSeries {
  return { labels, samples: [{ atMs: T, value }] };
}

describe("RemoteWriteReader", () => {
  it("reads labels into a place and samples into columns", () => {
    const batch = read([
      {
        labels: { __name__: "up", job: "api", instance: "10.0.0.7:9100" },
        samples: [
          { atMs: T, value: 1 },
          { atMs: T + 15_000, value: 0.5 },
        ],
      },
    ]);
    expect(batch.series).toEqual([
      {
        clusterId: "api",
        nodeId: "10.0.0.7:9100",
        metricName: "up",
        metadata: { job: "api", instance: "10.0.0.7:9100" },
        timestampsMs: Float64Array.of(T, T + 15_000),
        values: Float64Array.of(1, 0.5),
      },
    ]);
  });

  it("hands the columns of a small body over as one buffer, those of a large one as they are", () => {
    const all = (count: number) =>
      Array.from({ length: count }, (_, k) => one({ __name__: `up_${k}`, job: "api", node: "n" }));
    const limits = decodeLimits(1 << 24, 100_000);
    const buffersOf = (count: number) =>
      buffersOfBatch(reader.read(encodeWriteRequest(all(count)), limits).batch);
    expect(buffersOf(500)).toHaveLength(1);
    expect(buffersOf(10_000)).toHaveLength(6);
    const { batch } = reader.read(encodeWriteRequest(all(500)), limits);
    expect(unpackBatch(batch).places[499]!.metricName).toBe("up_499");
    expect(batch.ends.at(-1)).toBe(500);
  });

  it("keeps label sets of one metric on one node apart, whatever their order", () => {
    const labels = {
      __name__: "http_requests",
      job: "api",
      instance: "n1",
      path: '/a"b\\',
      code: "500",
    };
    const batch = read([
      one(labels),
      one({ ...labels, code: "200" }),
      one({ ...labels, cluster: "eu" }),
    ]);
    expect(batch.series.map((series) => `${series.clusterId} ${series.metricName}`)).toEqual([
      'api http_requests{code="500",path="/a\\"b\\\\"}',
      'api http_requests{code="200",path="/a\\"b\\\\"}',
      'eu http_requests{code="500",job="api",path="/a\\"b\\\\"}',
    ]);
  });

  it("gives two label sets one place only if they are equal, but for which label names the cluster", () => {
    const word = fc.constantFrom("a", "b", 'a",b="', "a=b", "\\", "{", "");
    const labels = fc.record(
      { x: word, y: word, job: word, instance: word, cluster: word },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(labels, labels, (left, right) => {
        const [a, b] = [left, right].map(
          (given) => read([one({ __name__: "m", ...given })]).series[0]!,
        );
        const place = (series: typeof a) =>
          JSON.stringify([series!.clusterId, series!.nodeId, series!.metricName]);
        const known = (given: typeof left) => {
          const naming = (["cluster", "job"] as const).find((label) => (given[label] ?? "") !== "");
          const rest = Object.entries(given).filter(([label, value]) => {
            return value !== "" && label !== naming;
          });
          const sorted = rest.sort(([one], [other]) => (one < other ? -1 : 1));
          return JSON.stringify([naming === undefined ? "" : given[naming], sorted]);
        };
        expect(place(a) === place(b)).toBe(known(left) === known(right));
      }),
    );
  });

  it("takes the ports off where asked, and names what is not there", () => {
    const strip = new RemoteWriteReader({
      names: { ...NAMES, stripPort: true },
      cacheBytesMax: CACHE_BYTES_MAX,
    });
    const given = [one({ __name__: "up", instance: "host:9100" }), one({ __name__: "x" })];
    const { series } = readWith(strip, given);
    expect(series.map(({ clusterId, nodeId }) => [clusterId, nodeId])).toEqual([
      ["default", "host"],
      ["default", "none"],
    ]);
  });

  it("marks what its names make likely to be a counter, and says itself of none that it is", () => {
    const names = ["a_total", "a_count", "a_sum", "a_bucket", "a_seconds", "hits"];
    const { series } = read(names.map((name) => one({ __name__: name })));
    const likely = series.filter(({ likelyCounter }) => likelyCounter === true);
    expect(likely.map(({ metricName }) => metricName)).toEqual(names.slice(0, 4));
    expect(series.map(({ counter }) => counter)).toEqual(names.map(() => undefined));
  });

  it("hands on what is said of families, with points or without", () => {
    const types = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((type) => ({ type, family: `f${type}` }));
    const metadata = [...types, { type: 1, family: "x".repeat(257) }, { type: 1, family: "" }];
    const { batch } = reader.read(encodeWriteRequest([], metadata), LIMITS);
    expect(batch.declared?.map(({ family, type }) => [family, type])).toEqual([
      ["f1", "counter"],
      ["f2", "gauge"],
      ["f3", "histogram"],
      ["f4", "gaugehistogram"],
      ["f5", "summary"],
      ["f6", "gauge"],
      ["f7", "gauge"],
    ]);
    const both = reader.read(encodeWriteRequest([one({ __name__: "hits" })], types), LIMITS);
    expect([both.batch.nameEnds.length, both.batch.declared?.length]).toEqual([1, 7]);
  });

  it("tells the staleness marker from other NaNs", () => {
    const batch = read([
      {
        labels: { __name__: "up" },
        samples: [
          { atMs: T, value: Number.NaN },
          { atMs: T + 1, value: 0, stale: true },
          { atMs: T + 2, value: Number.POSITIVE_INFINITY },
        ],
      },
    ]);
    expect(batch.series[0]!.staleAt).toEqual([1]);
    expect([...batch.series[0]!.values]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it("reads every whole int64 as its double, negative ones too", () => {
    const times = fc.integer({ min: -(2 ** 53), max: 2 ** 53 });
    fc.assert(
      fc.property(times, fc.double(), (atMs, value) => {
        const batch = read([{ labels: { __name__: "m" }, samples: [{ atMs, value }] }]);
        expect(batch.series[0]!.timestampsMs[0]).toBe(atMs);
        expect(batch.series[0]!.values[0]).toBe(value);
      }),
    );
  });

  it("goes over native histograms and exemplars, and counts them", () => {
    const labels = { __name__: "latency", instance: "n1" };
    const batch = read([
      { labels, samples: [], histograms: 2 },
      { labels, samples: [{ atMs: T, value: 3 }], exemplars: 3 },
    ]);
    expect(batch).toMatchObject({ skippedHistograms: 2, skippedExemplars: 3 });
    expect(batch.series.map(({ values }) => [...values])).toEqual([[3]]);
  });

  it("leaves out series whose labels cannot be used, says why, and keeps the others", () => {
    const many = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`l${i}`, "x"]));
    const batch = read([
      one({ job: "api" }),
      one({ __name__: "m", instance: "a\0b" }),
      one({ __name__: "m", v: "x".repeat(1025) }),
      one({ __name__: "m", ...many }),
      one({ __name__: "good" }),
    ]);
    expect(batch.unusablePoints).toBe(4);
    expect(batch.unusableExamples).toEqual([
      "no __name__ label",
      "the node holds a control character",
      "label v is longer than 1024 bytes",
      "more than 30 labels",
    ]);
    expect(batch.series.map(({ metricName }) => metricName)).toEqual(["good"]);
  });

  it("refuses more points than allowed before it reads any", () => {
    const samples = Array.from({ length: LIMITS.pointsMax + 1 }, (_, i) => ({
      atMs: T + i,
      value: i,
    }));
    expect(() => read([{ labels: { __name__: "m" }, samples }])).toThrow(/more than 1000 points/);
  });

  it("gives a series the same place however many others come and go meanwhile", () => {
    const small = new RemoteWriteReader({ names: NAMES, cacheBytesMax: 10_000 });
    const nodes = (names: readonly string[]) => {
      const series = names.map((instance) => one({ __name__: "m", instance }));
      return readWith(small, series).series.map(({ nodeId }) => nodeId);
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f", "g")), (names) => {
        expect(nodes(names)).toEqual(names);
      }),
    );
  });

  const broken: [name: string, bytes: Buffer, message: RegExp][] = [
    [
      "a length beyond the end",
      Buffer.concat([varint(10), varint(100), Buffer.alloc(3)]),
      /longer than what is left/,
    ],
    ["a length of 2^60", Buffer.concat([varint(10), varint(2 ** 60)]), /longer than what is left/],
    ["a number without end", Buffer.alloc(12, 0xff), /longer than 10 bytes/],
    ["a field with no number", Buffer.from([0x02, 0x00]), /no number/],
    ["a group", Buffer.from([0x0b]), /wire type 3/],
    ["timeseries as a number", Buffer.from([0x08, 0x01]), /wire type 0, not 2/],
    ["a sample cut off", Buffer.from([0x0a, 0x04, 0x12, 0x02, 0x09, 0x00]), /cut off/],
    [
      "a label longer than its series",
      Buffer.from([0x0a, 0x04, 0x0a, 0x09, 0x0a, 0x01]),
      /longer than what is left/,
    ],
  ];
  it.each(broken)("refuses %s", (_, bytes, message) => {
    expect(() => reader.read(bytes, LIMITS)).toThrow(message);
    expect(() => reader.read(bytes, LIMITS)).toThrow(IngestProblem);
  });

  it("refuses a label that is not UTF-8", () => {
    const bytes = encodeWriteRequest([one({ __name__: "m", v: "zzzz" })]);
    bytes[bytes.indexOf("zzzz")] = 0xff;
    expect(() => reader.read(bytes, LIMITS)).toThrow(/not UTF-8/);
  });

  it("answers any mutation of a good body with a batch or a clear refusal, in bounded memory", () => {
    const labels = fc.dictionary(
      fc.constantFrom("__name__", "job", "instance", "code", "é"),
      fc.string(),
      { noNullPrototype: true },
    );
    const sample = fc.record({ atMs: fc.maxSafeInteger(), value: fc.double() });
    const series = fc.array(fc.record({ labels, samples: fc.array(sample, { maxLength: 5 }) }), {
      maxLength: 5,
    });
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 });
    const unpack = new SnappyReader();
    const cases = fc.record({ series, flips, cut: fc.nat(20) });
    fc.assert(
      fc.property(cases, ({ series: given, flips: changes, cut }) => {
        const whole = encodeWriteRequest(given);
        for (const [place, value] of changes)
          if (whole.length > 0) whole[place % whole.length] = value;
        const bytes = whole.subarray(0, Math.max(0, whole.length - cut));
        try {
          const body = reader.read(unpack.read(snappy(bytes), 1 << 20), LIMITS);
          const points = body.batch.values.length;
          // A sample takes at least two bytes, so a body cannot make more columns than it is long.
          expect(points + body.unusablePoints).toBeLessThanOrEqual(bytes.length / 2);
        } catch (error) {
          expect(error).toBeInstanceOf(IngestProblem);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
