import { type EpochMs, HOUR_MS, largestOf, MINUTE_MS } from "@foreshock/core";
import type { IngestReport, IngestSeries, RejectReason } from "../platform/ingest-series.ts";
import type { Platform, TenantView } from "../platform/platform.ts";
import { Unavailable } from "../platform/platform-errors.ts";
import { type HeldSeries, idOf } from "./testing-scores.ts";
import { TestingView } from "./testing-view.ts";

const FUTURE_MS = 10 * MINUTE_MS;
const LATE_MS = 2 * HOUR_MS;
const EXAMPLES_MAX = 3;

export interface TestingPlatformOptions {
  readonly now: () => EpochMs;
  readonly tenants: readonly string[];
  readonly seriesMax?: number;
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
  readonly #options: TestingPlatformOptions;
  readonly #tenants = new Map<string, HeldTenant>();

  constructor(options: TestingPlatformOptions) {
    this.#options = options;
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
    return new TestingView(held, this.#options.now, (batch) => {
      if (this.isFull) throw new Unavailable("the disk is full", 5000);
      return held.take(batch, this.#options.now(), this.#options.seriesMax ?? 50_000);
    });
  }
}

/** What one tenant has sent. */
export class HeldTenant {
  readonly slug: string;
  readonly series = new Map<string, HeldSeries>();
  readonly rejected: Partial<Record<RejectReason, number>> = {};
  accepted = 0;

  constructor(slug: string) {
    this.slug = slug;
  }

  take(batch: readonly IngestSeries[], nowMs: EpochMs, seriesMax: number): IngestReport {
    const rejects = new Map<RejectReason, { points: number; examples: Set<string> }>();
    let accepted = 0;
    for (const given of batch) {
      const held = this.#held(given, seriesMax);
      const newest = held === undefined ? 0 : largestOf(held.points.keys());
      for (let i = 0; i < given.values.length; i++) {
        const [at, value] = [given.timestampsMs[i]!, given.values[i]!];
        const reason = held === undefined ? "series-limit" : reasonOf(at, value, nowMs, newest);
        if (reason === undefined) {
          held!.points.set(at, value);
          accepted++;
          continue;
        }
        const entry = rejects.get(reason) ?? { points: 0, examples: new Set() };
        rejects.set(reason, entry);
        entry.points++;
        entry.examples.add(`${given.clusterId}/${given.nodeId}/${given.metricName}`);
      }
    }
    return this.#report(accepted, rejects);
  }

  #held(given: IngestSeries, seriesMax: number): HeldSeries | undefined {
    const { clusterId, nodeId, metricName, metadata = {} } = given;
    const id = idOf("ser", clusterId, nodeId, metricName);
    const known = this.series.get(id);
    if (known !== undefined || this.series.size >= seriesMax) return known;
    const made = { id, clusterId, nodeId, metricName, metadata, points: new Map() };
    this.series.set(id, made);
    return made;
  }

  #report(
    acceptedPoints: number,
    rejects: ReadonlyMap<RejectReason, { points: number; examples: Set<string> }>,
  ): IngestReport {
    this.accepted += acceptedPoints;
    const rejected = [...rejects].map(([reason, { points, examples }]) => {
      this.rejected[reason] = (this.rejected[reason] ?? 0) + points;
      return { reason, points, examples: [...examples].slice(0, EXAMPLES_MAX) };
    });
    const rejectedPoints = rejected.reduce((sum, { points }) => sum + points, 0);
    return { acceptedPoints, rejectedPoints, rejected };
  }
}

function reasonOf(
  atMs: number,
  value: number,
  nowMs: EpochMs,
  newestMs: EpochMs,
): RejectReason | undefined {
  if (!Number.isFinite(atMs) || atMs < 0) return "invalid-time";
  if (atMs > nowMs + FUTURE_MS) return "future";
  if (atMs < newestMs - LATE_MS) return "too-late";
  if (!Number.isFinite(value) && !Number.isNaN(value)) return "infinite";
  return undefined;
}
