import { describe, expect, it } from "vitest";
import { Limits } from "./limits.ts";
import { DEFAULT_LIMITS, type TenantLimits } from "./tenant-settings.ts";

function limitsAt(clock: { monotonicMs: number }, of: (id: string) => Partial<TenantLimits>) {
  return new Limits({
    limitsOf: (tenantId) => ({ ...DEFAULT_LIMITS, ...of(tenantId) }),
    monotonicMs: () => clock.monotonicMs,
  });
}

describe("Limits", () => {
  it("holds the numbers of the reliability page by default", () => {
    expect(DEFAULT_LIMITS).toMatchObject({
      pointsPerSecond: 10_000,
      pointsBurst: 100_000,
      ingestRequestsPerSecond: 50,
      queryRequestsPerSecond: 20,
      activeSeriesMax: 50_000,
    });
    const limits = new Limits({ limitsOf: () => DEFAULT_LIMITS, monotonicMs: () => 0 });
    expect(limits.body.compressedBytesMax).toBe(8 * 1024 ** 2);
    expect(limits.body.decodedBytesMax).toBe(32 * 1024 ** 2);
    expect(limits.body.pointsMax).toBe(200_000);
  });

  it("keeps tenants apart: what one uses up is not missing to another", () => {
    const limits = limitsAt({ monotonicMs: 0 }, () => ({ pointsPerSecond: 10, pointsBurst: 10 }));
    expect(limits.take("acme", "points", 10).granted).toBe(true);
    expect(limits.take("acme", "points", 1)).toMatchObject({ granted: false, retryAfterMs: 100 });
    expect(limits.take("globex", "points", 10).granted).toBe(true);
    expect(limits.take("acme", "query", 1).granted).toBe(true);
  });

  it("counts large bodies as several requests, whatever became of them, and ordinary ones as one", () => {
    const clock = { monotonicMs: 0 };
    const limits = limitsAt(clock, (id) => (id === "wide" ? { pointsPerSecond: 10_000_000 } : {}));
    for (let k = 0; k < 100; k++) limits.decoded("acme", 9999);
    expect(limits.take("acme", "ingest", 1).left).toBe(249);
    for (let k = 0; k < 13; k++) limits.decoded("acme", 200_000);
    // 13 x 20 requests are 11 more than there were, and one is asked for: 12 at 50 a second.
    expect(limits.take("acme", "ingest", 1)).toMatchObject({ granted: false, retryAfterMs: 240 });
    clock.monotonicMs = 240;
    expect(limits.take("acme", "ingest", 1).granted).toBe(true);
    limits.decoded("wide", 199_999);
    expect(limits.take("wide", "ingest", 1).left).toBe(249);
  });

  it("counts a read that cost much as several requests, afterwards", () => {
    const clock = { monotonicMs: 0 };
    const limits = limitsAt(clock, () => ({}));
    limits.read("acme", 500_000);
    expect(limits.take("acme", "query", 1).left).toBe(98);
    // Two seconds of work are as many as a tenant may ask for at once.
    limits.read("acme", 100_000_000);
    expect(limits.take("acme", "query", 1)).toMatchObject({ granted: false, retryAfterMs: 125 });
    clock.monotonicMs = 125;
    expect(limits.take("acme", "query", 1).granted).toBe(true);
    expect(limits.take("globex", "query", 1).left).toBe(99);
  });

  it("holds changed limits from the next request on, and fills no bucket by the change", () => {
    const clock = { monotonicMs: 0 };
    let perSecond = 1;
    const limits = limitsAt(clock, () => ({ queryRequestsPerSecond: perSecond }));
    for (let i = 0; i < 5; i++) expect(limits.take("acme", "query", 1).granted).toBe(true);
    expect(limits.take("acme", "query", 1).granted).toBe(false);
    perSecond = 100;
    expect(limits.take("acme", "query", 1)).toMatchObject({
      granted: false,
      perSecond: 100,
      retryAfterMs: 10,
    });
    clock.monotonicMs = 10;
    expect(limits.take("acme", "query", 1).granted).toBe(true);
  });

  it("does not refill a bucket by looking at unchanged limits again", () => {
    const clock = { monotonicMs: 0 };
    const limits = limitsAt(clock, () => ({ pointsPerSecond: 0.001, pointsBurst: 10 }));
    limits.take("acme", "points", 10);
    clock.monotonicMs = 60_000;
    expect(limits.take("acme", "points", 10).granted).toBe(false);
  });

  it("stops an address that guesses keys, and no other", () => {
    const clock = { monotonicMs: 0 };
    const limits = limitsAt(clock, () => ({}));
    for (let i = 0; i < 60; i++) expect(limits.refusedFrom("10.0.0.1")).toBe(0);
    expect(limits.refusedFrom("10.0.0.1")).toBeGreaterThan(0);
    expect(limits.refusedFrom("10.0.0.2")).toBe(0);
    clock.monotonicMs = 500;
    expect(limits.refusedFrom("10.0.0.1")).toBe(0);
  });
});
