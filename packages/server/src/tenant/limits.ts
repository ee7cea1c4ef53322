import type { RateKind, RateState } from "../platform/admission.ts";
import type { TenantLimits } from "./tenant-settings.ts";
import { TokenBucket } from "./token-bucket.ts";

const KINDS: readonly RateKind[] = ["ingest", "query", "points"];

/** Bodies, whoever sends them. Source: limits table of the reliability page. */
export interface BodyLimits {
  readonly compressedBytesMax: number;
  readonly decodedBytesMax: number;
  readonly pointsMax: number;
  /** Bytes of all requests at work at the same time, packed and unpacked; tenants share them. */
  readonly inFlightBytesMax: number;
}

export const DEFAULT_BODY_LIMITS: BodyLimits = {
  compressedBytesMax: 8 * 1024 * 1024,
  decodedBytesMax: 32 * 1024 * 1024,
  pointsMax: 200_000,
  inFlightBytesMax: 256 * 1024 * 1024,
};

export interface LimitsParts {
  /** Limits of a tenant; asked for with each request, so that a change applies to the next one. */
  readonly limitsOf: (tenantId: string) => TenantLimits;
  readonly monotonicMs: () => number;
  readonly body?: Partial<BodyLimits>;
  /** Refused keys an address may send at once; tests that send hundreds raise it. */
  readonly refusedBurst?: number;
}

/** Requests may come in bursts of this many seconds' worth: a dashboard page asks ten things at once. */
const REQUEST_BURST_SECONDS = 5;
/** Decoding so many points takes some milliseconds: as long as all else that a request costs, or longer. */
const POINTS_PER_REQUEST_MIN = 10_000;
/** A read that costs so many cells of 20 ns (20 ms) counts as one request more: what is limited is work. */
const CELLS_PER_REQUEST = 1_000_000;
/** Refused keys per address: a person mistyping is not stopped, a guesser is. */
const REFUSED_PER_SECOND = 2;
const REFUSED_BURST = 60;
const ADDRESSES_MAX = 10_000;

interface TenantBuckets {
  limits: TenantLimits;
  readonly buckets: Readonly<Record<RateKind, TokenBucket>>;
}

/** Rates: the token buckets of all tenants and of refused addresses. One per process. */
export class Limits {
  readonly body: BodyLimits;
  readonly #limitsOf: (tenantId: string) => TenantLimits;
  readonly #monotonicMs: () => number;
  readonly #refusedBurst: number;
  readonly #tenants = new Map<string, TenantBuckets>();
  readonly #refused = new Map<string, TokenBucket>();

  constructor({ limitsOf, monotonicMs, body, refusedBurst = REFUSED_BURST }: LimitsParts) {
    this.#limitsOf = limitsOf;
    this.#monotonicMs = monotonicMs;
    this.#refusedBurst = refusedBurst;
    this.body = { ...DEFAULT_BODY_LIMITS, ...body };
  }

  /** Takes `cost` from a tenant's bucket when it holds that much. */
  take(tenantId: string, kind: RateKind, cost: number): RateState {
    const atMs = this.#monotonicMs();
    const { limits, buckets } = this.#tenant(tenantId, atMs);
    const bucket = buckets[kind];
    const retryAfterMs = bucket.take(cost, atMs);
    const { perSecond, burst } = rateOf(limits, kind);
    const state = { left: bucket.left(atMs), fullInMs: bucket.fullInMs(atMs) };
    return { kind, granted: retryAfterMs === 0, retryAfterMs, perSecond, burst, ...state };
  }

  /**
   * A body of so many points was decoded, whatever became of it: large ones count as several requests, so that
   * who sends what is refused afterwards does not keep the decoders busy with it.
   */
  decoded(tenantId: string, points: number): void {
    const atMs = this.#monotonicMs();
    const { limits, buckets } = this.#tenant(tenantId, atMs);
    const pointsPerRequest = limits.pointsPerSecond / limits.ingestRequestsPerSecond;
    const requests = Math.floor(points / Math.max(POINTS_PER_REQUEST_MIN, pointsPerRequest));
    if (requests > 0) buckets.ingest.charge(requests, atMs);
  }

  /** Reads of a tenant have cost so much: large ones count as several requests. */
  read(tenantId: string, cells: number): void {
    const atMs = this.#monotonicMs();
    const { buckets } = this.#tenant(tenantId, atMs);
    buckets.query.charge(cells / CELLS_PER_REQUEST, atMs);
  }

  /** Notes a refused key. Milliseconds to wait when this address had too many, else 0. */
  refusedFrom(address: string): number {
    const atMs = this.#monotonicMs();
    let bucket = this.#refused.get(address);
    if (bucket === undefined) {
      const [oldest] = this.#refused.keys();
      if (this.#refused.size >= ADDRESSES_MAX && oldest !== undefined) this.#refused.delete(oldest);
      bucket = new TokenBucket(REFUSED_PER_SECOND, this.#refusedBurst, atMs);
      this.#refused.set(address, bucket);
    }
    return bucket.take(1, atMs);
  }

  #tenant(tenantId: string, atMs: number): TenantBuckets {
    const limits = this.#limitsOf(tenantId);
    const known = this.#tenants.get(tenantId);
    if (known === undefined) {
      const made = { limits, buckets: bucketsOf(limits, atMs) };
      this.#tenants.set(tenantId, made);
      return made;
    }
    if (known.limits !== limits) changeRates(known, limits, atMs);
    return known;
  }
}

function rateOf(limits: TenantLimits, kind: RateKind): { perSecond: number; burst: number } {
  if (kind === "points") return { perSecond: limits.pointsPerSecond, burst: limits.pointsBurst };
  const perSecond = limits[`${kind}RequestsPerSecond`];
  return { perSecond, burst: perSecond * REQUEST_BURST_SECONDS };
}

function bucketsOf(limits: TenantLimits, atMs: number): Record<RateKind, TokenBucket> {
  const bucket = (kind: RateKind): TokenBucket => {
    const { perSecond, burst } = rateOf(limits, kind);
    return new TokenBucket(perSecond, burst, atMs);
  };
  return {
    ingest: bucket("ingest"),
    query: bucket("query"),
    points: bucket("points"),
  };
}

function changeRates(tenant: TenantBuckets, limits: TenantLimits, atMs: number): void {
  tenant.limits = limits;
  for (const kind of KINDS) {
    const { perSecond, burst } = rateOf(limits, kind);
    tenant.buckets[kind].changeRate(perSecond, burst, atMs);
  }
}
