import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptBytes } from "../codec/chunk-codec.ts";
import { decodeRecord, encodeRecord, type HeadSnapshot, type LogRecord } from "./log-record.ts";

const NEW_YEAR = Date.UTC(2026, 0, 1);

const time = fc.oneof(
  fc.constant(NEW_YEAR),
  fc.integer({ min: NEW_YEAR, max: NEW_YEAR + 3_600_000 }),
  fc.integer({ min: 0, max: NEW_YEAR * 2 }),
);
const point = fc.tuple(time, fc.double());
const someRun = fc.record({
  id: fc.nat(2 ** 32 - 1),
  points: fc.oneof(
    fc.array(point, { minLength: 1, maxLength: 1 }),
    fc.array(point, { minLength: 1, maxLength: 9 }),
  ),
  lateMs: fc.option(fc.nat(NEW_YEAR)),
});
const head: fc.Arbitrary<HeadSnapshot> = fc.record({
  seriesId: fc.nat(1000),
  firstMs: fc.double(),
  lastMs: fc.double(),
  sealedUntilMs: fc.constantFrom(Number.NEGATIVE_INFINITY, 5),
  pointCount: fc.nat(),
  changedFromMs: fc.constantFrom(Number.POSITIVE_INFINITY, 5),
  tail: fc.nat(60),
  bytes: fc.uint8Array({ maxLength: 40 }),
});
const record: fc.Arbitrary<LogRecord> = fc
  .tuple(fc.array(someRun, { maxLength: 20 }), fc.array(head, { maxLength: 3 }))
  .map(([runs, heads]) => ({
    seriesIds: Uint32Array.from(runs, ({ id }) => id),
    counts: Uint32Array.from(runs, ({ points }) => points.length),
    changedFromMs: Float64Array.from(runs, ({ points, lateMs }) => lateMs ?? points[0]![0]),
    timestampsMs: Float64Array.from(runs.flatMap(({ points }) => points.map(([at]) => at))),
    values: Float64Array.from(runs.flatMap(({ points }) => points.map(([, v]) => v))),
    heads,
  }));

describe("encodeRecord and decodeRecord", () => {
  it("give back every column and head as it was", () => {
    fc.assert(
      fc.property(record, (given) => {
        expect(decodeRecord(encodeRecord(given))).toEqual(given);
      }),
      { numRuns: 300 },
    );
  });

  it("need 12 bytes a series for one scrape of all of them at one instant", () => {
    const count = 1000;
    const bytes = encodeRecord({
      seriesIds: Uint32Array.from({ length: count }, (_, i) => i),
      counts: new Uint32Array(count).fill(1),
      changedFromMs: new Float64Array(count).fill(NEW_YEAR),
      timestampsMs: new Float64Array(count).fill(NEW_YEAR),
      values: new Float64Array(count),
      heads: [],
    });
    expect(bytes.length).toBe(32 + 12 * count);
  });

  it("find out every single flipped bit and every cut", () => {
    const given = fc.sample(record, { numRuns: 20, seed: 7 }).find((one) => one.values.length > 5)!;
    const bytes = encodeRecord(given);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeRecord(flipped)).toThrow(CorruptBytes);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecord(bytes.subarray(0, length))).toThrow(CorruptBytes);
    }
  });
});
