import type { EpochMs } from "@foreshock/core";
import type { Platform, TenantView } from "../src/platform/platform.ts";
import { OverRate, Unavailable } from "../src/platform/platform-errors.ts";
import { FairShare } from "../src/tenant/fair-share.ts";
import type { Limits } from "../src/tenant/limits.ts";
import { HeldTenant } from "./held-tenant.ts";
import { TestingView } from "./testing-view.ts";

export interface TestingPlatformOptions {
  readonly now: () => EpochMs;
  readonly tenants: readonly string[];
  readonly seriesMax?: number;
  readonly limits: Limits;
}

/**
 * A whole platform in memory for tests of the door: it keeps what is sent, scores it by distance
 * from the median, and answers every question from that. Slow, simple, and nothing in it is canned.
 */
export class TestingPlatform implements Platform {
  /** Set it to false to see what the door says then. */
  isReady = true;
  /** Set it to true to see what the door says when the store is full. */
  isFull = false;
  readonly bytes: FairShare;
  readonly #options: TestingPlatformOptions;
  readonly #tenants = new Map<string, HeldTenant>();

  constructor(options: TestingPlatformOptions) {
    this.#options = options;
    const { inFlightBytesMax } = options.limits.body;
    this.bytes = new FairShare(inFlightBytesMax, 0);
    for (const slug of options.tenants) this.#tenants.set(slug, new HeldTenant(slug));
  }

  tenantIds(): readonly string[] {
    return [...this.#tenants.keys()].sort();
  }

  ready(): boolean {
    return this.isReady;
  }

  forTenant(tenantId: string): TenantView {
    const held = this.#tenants.get(tenantId);
    if (held === undefined) throw new Error(`assertion failed: no tenant ${tenantId}`);
    const { now, limits, seriesMax = 50_000 } = this.#options;
    return new TestingView(held, now, {
      byteRoom: () => this.bytes.open(tenantId),
      take: (batch) => {
        const points = batch.reduce((sum, { values }) => sum + values.length, 0);
        if (points === 0) return { acceptedPoints: 0, rejectedPoints: 0, rejected: [] };
        const rate = limits.take(tenantId, "points", points);
        if (!rate.granted) throw new OverRate(rate);
        if (this.isFull) throw new Unavailable("store/disk-full", "the disk is full");
        return { ...held.take(batch, now(), seriesMax), rate };
      },
    });
  }
}
