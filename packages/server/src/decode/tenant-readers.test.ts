import { describe, expect, it } from "vitest";
import { BODY_LIMITS, LABELS } from "../../testing/encoded-bodies.ts";
import { encodeWriteRequest, type TestSeries } from "../../testing/remote-write-bytes.ts";
import { unpackBatch } from "../platform/packed-batch.ts";
import { TenantReaders } from "./tenant-readers.ts";

const MIB = 2 ** 20;

function series(from: number, to: number, v: string): TestSeries[] {
  return Array.from({ length: to - from }, (_, i) => ({
    labels: { __name__: "m", instance: `n${from + i}`, v },
    samples: [{ atMs: 1, value: 1 }],
  }));
}

function send(readers: TenantReaders, tenantId: string, given: readonly TestSeries[]) {
  const body = readers.of(tenantId, LABELS).read(encodeWriteRequest(given), BODY_LIMITS);
  readers.keepWithin(tenantId);
  return body;
}

describe("what is remembered of label sets", () => {
  it("is nothing of those that cannot be used", () => {
    const readers = new TenantReaders(16 * MIB);
    send(readers, "acme", series(0, 1, "good"));
    const before = readers.cacheBytes;
    for (let i = 0; i < 20; i++) {
      const { unusablePoints } = send(readers, "acme", series(i * 500, i * 500 + 500, "\0"));
      expect(unusablePoints).toBe(500);
    }
    send(readers, "acme", series(0, 50, "x".repeat(1025)));
    expect(readers.cacheBytes).toBe(before);
    expect(readers.of("acme", LABELS).cachedSets).toBe(1);
  });

  it("takes at most half of the bytes for one tenant, whatever it sends, and loses no point", () => {
    const readers = new TenantReaders(4 * MIB);
    for (let i = 0; i < 40; i++) {
      const { batch } = send(readers, "acme", series(i * 1000, i * 1000 + 1000, "x".repeat(300)));
      expect(batch.values.length).toBe(1000);
      expect(readers.cacheBytes).toBeLessThanOrEqual(2 * MIB);
    }
    expect(readers.cacheBytes).toBeGreaterThan(MIB / 2);
    const { batch } = send(readers, "acme", series(39_990, 40_010, "x".repeat(300)));
    expect(unpackBatch(batch).places.map(({ nodeId }) => nodeId)).toEqual(
      Array.from({ length: 20 }, (_, i) => `n${39_990 + i}`),
    );
  });

  it("takes no more than all bytes for all tenants: who has been idle for longest makes room", () => {
    const readers = new TenantReaders(4 * MIB);
    for (let tenant = 0; tenant < 30; tenant++) {
      send(readers, `tenant-${tenant}`, series(0, 1500, "x".repeat(200)));
      expect(readers.cacheBytes).toBeLessThanOrEqual(4 * MIB);
    }
    expect(readers.of("tenant-29", LABELS).cachedSets).toBe(1500);
    expect(readers.of("tenant-0", LABELS).cachedSets).toBe(0);
  });

  it("is forgotten when a tenant is idle, and when its mapping changes", () => {
    const readers = new TenantReaders(4 * MIB);
    send(readers, "acme", series(0, 100, ""));
    expect(readers.cacheBytes).toBeGreaterThan(0);
    expect(readers.of("acme", { ...LABELS, stripPort: true }).cachedSets).toBe(0);
    send(readers, "acme", series(0, 100, ""));
    readers.forget("acme");
    expect(readers.cacheBytes).toBe(0);
  });

  it("leaves out sets that are too long to be remembered cheaply", () => {
    const readers = new TenantReaders(16 * MIB);
    const labels = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`l${i}`, "x".repeat(390)]),
    );
    const long = { labels: { __name__: "m", ...labels }, samples: [{ atMs: 1, value: 1 }] };
    expect(send(readers, "acme", [long]).batch.values.length).toBe(1);
    expect(readers.of("acme", LABELS).cachedSets).toBe(0);
  });
});
