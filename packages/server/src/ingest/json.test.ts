import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seriesOf } from "../platform/ingest-batch.ts";
import { unpackBatch } from "../platform/packed-batch.ts";
import { decodeLimits } from "./body-budget.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { readJson } from "./json.ts";

const T = 1_764_000_000_000;
const LIMITS = decodeLimits(1 << 20, 1000);

function decoded(body: unknown) {
  return readJson(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), LIMITS);
}

function read(body: unknown) {
  return seriesOf(unpackBatch(decoded(body).batch));
}

function problemOf(body: unknown, reader = readJson): IngestProblem {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  try {
    reader(bytes, LIMITS);
  } catch (error) {
    if (error instanceof IngestProblem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const good = { cluster: "eu", node: "n1", metric: "cpu", points: [[T, 0.5]] };

describe("readJson", () => {
  it("reads series into columns; null is a missing point", () => {
    const body = {
      series: [
        {
          ...good,
          metadata: { unit: "%" },
          counter: true,
          points: [
            [T, 0.5],
            [T + 1000, null],
            [T + 2000, -3e-2],
          ],
        },
        { metric: "mem", points: [], node: "n1", cluster: "eu" },
      ],
    };
    expect(read(body)).toEqual([
      {
        clusterId: "eu",
        nodeId: "n1",
        metricName: "cpu",
        metadata: { unit: "%" },
        counter: true,
        timestampsMs: Float64Array.of(T, T + 1000, T + 2000),
        values: Float64Array.of(0.5, Number.NaN, -0.03),
      },
    ]);
  });

  it("reads what JSON.stringify writes, for any names, numbers and white space", () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((text) => text.trim() !== "" && !/\p{Cc}/u.test(text) && text.isWellFormed());
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const point = fc.tuple(fc.integer(), fc.option(number));
    const series = fc.record({
      cluster: name,
      node: name,
      metric: name,
      metadata: fc.dictionary(name, fc.string(), { maxKeys: 5, noNullPrototype: true }),
      points: fc.array(point, { maxLength: 20 }),
    });
    fc.assert(
      fc.property(
        fc.array(series, { maxLength: 5 }),
        fc.constantFrom(0, 1, "\t"),
        (given, indent) => {
          const got = read(JSON.stringify({ series: given }, null, indent));
          const filled = given.filter(({ points }) => points.length > 0);
          expect(got.length).toBe(filled.length);
          got.forEach((one, i) => {
            const { cluster, node, metric, metadata, points } = filled[i]!;
            expect([one.clusterId, one.nodeId, one.metricName]).toEqual([cluster, node, metric]);
            expect(Object.entries(one.metadata ?? {})).toEqual(Object.entries(metadata));
            expect([...one.timestampsMs]).toEqual(points.map(([at]) => at));
            // JSON writes -0 as 0.
            expect([...one.values]).toEqual(
              points.map(([, value]) => (value === null ? Number.NaN : value + 0)),
            );
          });
        },
      ),
    );
  });

  it("reads each decimal as JSON.parse does, to the last bit, in plain writing and any other", () => {
    const decimal = fc
      .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.nat(18), fc.nat(3))
      .map(([negative, digits, places, exponent]) => {
        const text = digits.toString().padStart(places + 1, "0");
        const cut = text.length - places;
        const tail = places === 0 ? "" : `.${text.slice(cut)}`;
        const power = exponent === 0 ? "" : `e-${exponent}`;
        return `${negative ? "-" : ""}${text.slice(0, cut)}${tail}${power}`;
      });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), decimal), { minLength: 1 }), (pairs) => {
        const points = pairs.map(([at, text]) => `[${at},${text}]`).join(",");
        const body = `{"series":[{"cluster":"c","node":"n","metric":"m","points":[${points}]}]}`;
        expect([...read(body)[0]!.values]).toEqual(pairs.map(([, text]) => JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it("names the place of what is wrong", () => {
    const cases: [body: unknown, fault: string, pointer: string, message: RegExp][] = [
      [
        { series: [good, { ...good, points: [[T, 1], [T]] }] },
        "invalid_series",
        "/series/1/points/1",
        /no value/,
      ],
      [
        { series: [{ ...good, points: [[T, 1, 2]] }] },
        "invalid_series",
        "/series/0/points/0",
        /more than time and value/,
      ],
      [
        { series: [{ ...good, points: [["now", 1]] }] },
        "invalid_series",
        "/series/0/points/0",
        /time is not a number/,
      ],
      [
        { series: [{ ...good, points: [[T, "1"]] }] },
        "invalid_series",
        "/series/0/points/0",
        /neither number nor null/,
      ],
      [
        { series: [{ ...good, points: [T, 1] }] },
        "invalid_series",
        "/series/0/points/0",
        /no pair/,
      ],
      [{ series: [{ ...good, points: "none" }] }, "invalid_series", "/series/0/points", /no array/],
      [{ series: [{ ...good, node: 7 }] }, "invalid_series", "/series/0/node", /no string/],
      [
        { series: [{ cluster: "eu", points: [] }] },
        "invalid_series",
        "/series/0",
        /node, metric missing/,
      ],
      [{ series: [{ ...good, color: "red" }] }, "invalid_series", "/series/0", /"color" is no key/],
      [{ series: [{ ...good, counter: 1 }] }, "invalid_series", "/series/0/counter", /no boolean/],
      [
        { series: [{ ...good, metadata: { a: { b: 1 } } }] },
        "invalid_series",
        "/series/0/metadata/a",
        /no string/,
      ],
      [{ series: [3] }, "invalid_series", "/series/0", /a series is an object/],
      [{ points: [] }, "invalid_series", "", /the body is/],
      [{}, "invalid_series", "", /the body is/],
    ];
    for (const [body, fault, pointer, message] of cases) {
      const problem = problemOf(body);
      expect([problem.fault, problem.pointer], JSON.stringify(body)).toEqual([fault, pointer]);
      expect(problem.message).toMatch(message);
      expect(problem.hint).not.toBe("");
    }
  });

  it("leaves out series whose names cannot be used, says why, and keeps the others", () => {
    const many = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`k${i}`, "v"]));
    const cases: [wrong: object, reason: string][] = [
      [{ node: "" }, "the node is empty"],
      [{ node: "a\0b" }, "the node holds a control character"],
      [{ cluster: "\ud800" }, "the cluster holds half a surrogate pair"],
      [{ node: "é".repeat(129) }, "the node is longer than 256 bytes"],
      [{ metric: "x".repeat(2049) }, "the metric is longer than 2048 bytes"],
      [{ metric: "x".repeat(20_000) }, "metric is too long"],
      [{ metadata: { a: "x".repeat(1025) } }, "label a is longer than 1024 bytes"],
      [{ metadata: { a: "\0" } }, "label a holds a NUL character"],
      [{ metadata: { ["x".repeat(257)]: "" } }, "a label's name is longer than 256 bytes"],
      [{ metadata: many }, "more than 30 labels"],
    ];
    for (const [wrong, reason] of cases) {
      const points = [T, T + 1].map((at) => [at, 1]);
      const body = decoded({ series: [{ ...good, ...wrong, points }, good] });
      expect(body.unusableExamples).toEqual([`/series/0: ${reason}`]);
      expect(body).toMatchObject({ unusablePoints: 2 });
      expect(seriesOf(unpackBatch(body.batch)).map(({ nodeId }) => nodeId)).toEqual(["n1"]);
    }
  });

  it("charges refused points, and a body of long texts as many points as it could have held", () => {
    const refused = { ...good, node: "" };
    expect(decoded({ series: [refused, good, refused] }).charged).toBe(3);
    const long = { ...good, metadata: { a: "x".repeat(100_000) } };
    expect(decoded({ series: [long] }).charged).toBe(97);
  });

  it("refuses a key given twice", () => {
    const twice = `{"series":[{"cluster":"a","cluster":"b","node":"n","metric":"m","points":[]}]}`;
    expect(problemOf(twice).message).toMatch(/twice/);
  });

  it("refuses text that is no JSON and says at which byte", () => {
    const cases = [
      ["", 0],
      ["[]", 0],
      ['{"series":[}', 11],
      ['{"series":[]', 12],
      ['{"series":[]} x', 14],
      ['{"series":[],}', 12],
      [`{"series":[{"cluster":"eu","node":"n","metric":"m","points":[[1,NaN]]}]}`, 64],
      [`{"series":[{"cluster":"eu","node":"n","metric":"m","points":[[01,1]]}]}`, 62],
      [`{"series":[{"cluster":"eu","node":"n","metric":"m","points":[[1,1.]]}]}`, 64],
      [`{"series":[{"cluster":"eu","node":"n","metric":"m","points":[[1,-]]}]}`, 64],
      ['{"series":[{"cluster":"e\nu"', 24],
      ['{"series":[{"cluster":"e\\qu"', 23],
    ] as const;
    for (const [body, at] of cases) {
      const problem = problemOf(body);
      expect(problem.fault, body).toBe("malformed_json");
      expect(problem.message, body).toContain(`at byte ${at}: `);
    }
  });

  it("refuses names that are not UTF-8", () => {
    const bytes = Buffer.from(JSON.stringify({ series: [{ ...good, node: "zz" }] }));
    bytes[bytes.indexOf("zz")] = 0xff;
    expect(() => readJson(bytes, LIMITS)).toThrow(/UTF-8/);
  });

  it("keeps a key called __proto__ as what it is: a text in the metadata", () => {
    const body = `{"series":[{"cluster":"eu","node":"n","metric":"m","metadata":{"__proto__":"x"},"points":[[1,1]]}]}`;
    const metadata = read(body)[0]!.metadata!;
    expect(Object.keys(metadata)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("hands numbers beyond a double over as infinities, for the platform to refuse one by one", () => {
    const body = `{"series":[{"cluster":"eu","node":"n","metric":"m","points":[[1,1e999],[2,-1e999]]}]}`;
    expect([...read(body)[0]!.values]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("stops at the limit of points, over all series of the body", () => {
    const points = Array.from({ length: 501 }, (_, i) => [T + i, i]);
    const problem = problemOf({
      series: [
        { ...good, points },
        { ...good, node: "n2", points },
      ],
    });
    expect(problem.fault).toBe("body_too_large");
    const empty = Array.from({ length: 2001 }, () => ({ ...good, points: [] }));
    expect(problemOf({ series: empty }).fault).toBe("body_too_large");
    expect(decoded({ series: empty.slice(1) }).charged).toBe(2000);
  });

  it("goes no deeper than a series is: a million brackets cost nothing", () => {
    const deep = `{"series":${"[".repeat(1_000_000)}`;
    expect(problemOf(deep).fault).toBe("invalid_series");
  });

  it("answers any mutation of a good body with series or a clear refusal", () => {
    const whole = Buffer.from(
      JSON.stringify({ series: [{ ...good, metadata: { é: "\n" } }, good] }),
    );
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flips, fc.nat(10), (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const [place, value] of changes) bytes[place] = value;
        try {
          const { batch } = readJson(bytes.subarray(0, bytes.length - cut), LIMITS);
          expect(batch.ends.length).toBeLessThanOrEqual(2);
        } catch (error) {
          expect(error).toBeInstanceOf(IngestProblem);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
