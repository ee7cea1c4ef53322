import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

describe("TokenBucket", () => {
  it("by hand: 10 a second, burst 20: 20 at once, then one every 100 ms", () => {
    const bucket = new TokenBucket(10, 20, 0);
    expect(bucket.take(20, 0)).toBe(0);
    expect(bucket.take(1, 0)).toBe(100);
    expect(bucket.take(1, 99)).toBeCloseTo(1, 6);
    expect(bucket.take(1, 100)).toBe(0);
    expect(bucket.left(100)).toBe(0);
    expect(bucket.fullInMs(100)).toBe(2000);
  });

  it("lets a request above the burst through when full, and makes it pay back", () => {
    const bucket = new TokenBucket(10, 20, 0);
    expect(bucket.take(50, 0)).toBe(0);
    expect(bucket.left(0)).toBe(0);
    // 30 below zero: one token is there after 31 / 10 seconds.
    expect(bucket.take(1, 0)).toBe(3100);
    expect(bucket.take(1, 3100)).toBe(0);
  });

  const request = fc.record({ waitMs: fc.nat(2000), cost: fc.integer({ min: 1, max: 300 }) });
  const rates = fc.record({
    perSecond: fc.integer({ min: 1, max: 1000 }),
    burst: fc.integer({ min: 1, max: 200 }),
    requests: fc.array(request, { minLength: 1, maxLength: 60 }),
  });

  it("never lets more through in any stretch than burst, fill and one last request", () => {
    fc.assert(
      fc.property(rates, ({ perSecond, burst, requests }) => {
        const bucket = new TokenBucket(perSecond, burst, 0);
        const taken: { at: number; cost: number }[] = [];
        let at = 0;
        for (const { waitMs, cost } of requests) {
          at += waitMs;
          if (bucket.take(cost, at) === 0) taken.push({ at, cost });
        }
        taken.forEach((first, i) => {
          let sum = 0;
          for (const { at: then, cost } of taken.slice(i)) {
            sum += cost;
            const allowed = burst + (perSecond * (then - first.at)) / 1000 + cost;
            expect(sum).toBeLessThanOrEqual(allowed + 1e-6);
          }
        });
      }),
    );
  });

  it("takes nothing when it refuses, and grants after exactly the wait it names", () => {
    fc.assert(
      fc.property(rates, ({ perSecond, burst, requests }) => {
        const bucket = new TokenBucket(perSecond, burst, 0);
        let at = 0;
        for (const { waitMs, cost } of requests) {
          at += waitMs;
          const before = bucket.left(at);
          const retryMs = bucket.take(cost, at);
          if (retryMs === 0) continue;
          expect(bucket.left(at)).toBe(before);
          at += retryMs + 1e-6;
          expect(bucket.take(cost, at)).toBe(0);
        }
      }),
    );
  });

  it("gains nothing from a clock that goes back, and is not stuck by it", () => {
    const bucket = new TokenBucket(10, 10, 10_000);
    expect(bucket.take(10, 10_000)).toBe(0);
    expect(bucket.take(1, 0)).toBeGreaterThan(0);
    expect(bucket.take(1, 10_100)).toBe(0);
  });
});
