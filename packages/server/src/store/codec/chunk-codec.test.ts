import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptBytes, decodeChunk, encodeChunk, type Points } from "./chunk-codec.ts";

const NEW_YEAR = Date.UTC(2026, 0, 1);

const anyValue = fc.oneof(
  fc.double(),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((whole) => whole / 100),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 5e-324, -1.7e308),
);
const metricValue = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 1000) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const steps = fc.oneof(
  fc.constant(60_000),
  fc.integer({ min: 1, max: 120_000 }),
  fc.integer({ min: 1, max: 2 ** 40 }),
);

function somePoints(value: fc.Arbitrary<number>): fc.Arbitrary<Points> {
  return fc.array(fc.tuple(steps, value), { minLength: 1, maxLength: 300 }).map((pairs) => {
    let at = NEW_YEAR;
    const timestampsMs = Float64Array.from(pairs, ([step]) => (at += step));
    return { timestampsMs, values: Float64Array.from(pairs, ([, v]) => v) };
  });
}

describe("encodeChunk and decodeChunk", () => {
  it("give back every time and every value bit for bit, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.oneof(somePoints(anyValue), somePoints(metricValue)),
        fc.nat(1_000_000),
        (points, seriesId) => {
          const bytes = encodeChunk(seriesId, points, 0, points.values.length);
          const back = decodeChunk(seriesId, bytes);
          expect(back.timestampsMs).toEqual(points.timestampsMs);
          expect([...back.values].every((v, i) => Object.is(v, points.values[i]))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("store a part of the columns as if it were all", () => {
    const timestampsMs = Float64Array.of(1, 2, 3, 5, 8);
    const values = Float64Array.of(9, 8, 7, 6, 5);
    const back = decodeChunk(0, encodeChunk(0, { timestampsMs, values }, 1, 4));
    expect(back).toEqual({
      timestampsMs: Float64Array.of(2, 3, 5),
      values: Float64Array.of(8, 7, 6),
    });
  });

  it("need 1 bit a point for a regular constant series: 120 points in 35 bytes", () => {
    const timestampsMs = Float64Array.from({ length: 120 }, (_, i) => NEW_YEAR + i * 60_000);
    const values = new Float64Array(120).fill(42.5);
    expect(encodeChunk(1, { timestampsMs, values }, 0, 120).length).toBeLessThanOrEqual(43);
  });

  it("need under 1.5 bytes a point for a daily wave with noise at two decimals", () => {
    const timestampsMs = Float64Array.from({ length: 120 }, (_, i) => NEW_YEAR + i * 60_000);
    const values = timestampsMs.map((_, i) => {
      const noise = ((i * 7919) % 301) / 100 - 1.5;
      return Math.round((50 + 20 * Math.sin(i / 229) + noise) * 100) / 100;
    });
    expect(encodeChunk(1, { timestampsMs, values }, 0, 120).length / 120).toBeLessThan(1.5);
  });

  it("find out every single flipped bit, and bytes of another series", () => {
    const points = {
      timestampsMs: Float64Array.from({ length: 60 }, (_, i) => NEW_YEAR + i * 60_000),
      values: Float64Array.from({ length: 60 }, (_, i) => i / 10),
    };
    const bytes = encodeChunk(7, points, 0, 60);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeChunk(7, flipped)).toThrow(CorruptBytes);
    }
    expect(() => decodeChunk(8, bytes)).toThrow(CorruptBytes);
    expect(() => decodeChunk(7, bytes.subarray(0, 5))).toThrow(CorruptBytes);
  });
});
