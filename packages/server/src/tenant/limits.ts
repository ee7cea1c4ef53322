import type { TenantLimits } from "./tenant-settings.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What a request is counted as. `points` is taken beside `ingest`, once the body is read. */
export type LimitKind = (typeof KINDS)[number];

const KINDS = ["ingest", "query", "points"] as const;

/** The answer of a limit, with what the `RateLimit` headers say. */
export interface LimitState {
  readonly kind: LimitKind;
  readonly granted: boolean;
  /** 0 when granted. */
  readonly retryAfterMs: number;
  readonly burst: number;
  readonly perSecond: number;
  readonly left: number;
  readonly fullInMs: number;
}

/** Bodies, whoever sends them. Source: limits table of the reliability page. */
export interface BodyLimits {
  readonly compressedBytesMax: number;
  readonly decodedBytesMax: number;
  readonly pointsMax: number;
  /** Decoded bytes of all requests at work at the same time; beyond it the door answers 503. */
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
/** Refused keys per address: a person mistyping is not stopped, a guesser is. */
const REFUSED_PER_SECOND = 2;
const REFUSED_BURST = 60;
const ADDRESSES_MAX = 10_000;

interface TenantBuckets {
  limits: TenantLimits;
  readonly buckets: Readonly<Record<LimitKind, TokenBucket>>;
}

/** Token buckets of all tenants, of refused addresses, and the bytes in flight. One per process. */
export class Limits {
  readonly body: BodyLimits;
  readonly #limitsOf: (tenantId: string) => TenantLimits;
  readonly #monotonicMs: () => number;
  readonly #refusedBurst: number;
  readonly #tenants = new Map<string, TenantBuckets>();
  readonly #refused = new Map<string, TokenBucket>();
  #inFlightBytes = 0;

  constructor({ limitsOf, monotonicMs, body, refusedBurst = REFUSED_BURST }: LimitsParts) {
    this.#limitsOf = limitsOf;
    this.#monotonicMs = monotonicMs;
    this.#refusedBurst = refusedBurst;
    this.body = { ...DEFAULT_BODY_LIMITS, ...body };
  }

  /** Takes `cost` from a tenant's bucket when it holds that much. */
  take(tenantId: string, kind: LimitKind, cost: number): LimitState {
    const atMs = this.#monotonicMs();
    const { limits, buckets } = this.#tenant(tenantId, atMs);
    const bucket = buckets[kind];
    const retryAfterMs = bucket.take(cost, atMs);
    const { perSecond, burst } = rateOf(limits, kind);
    const state = { left: bucket.left(atMs), fullInMs: bucket.fullInMs(atMs) };
    return { kind, granted: retryAfterMs === 0, retryAfterMs, perSecond, burst, ...state };
  }

  /** Notes a refused key. Milliseconds to wait when this address had too many, else 0. */
  refusedFrom(address: string): number {
    const atMs = this.#monotonicMs();
    let bucket = this.#refused.get(address);
    if (bucket === undefined) {
      if (this.#refused.size >= ADDRESSES_MAX) this.#refused.clear();
      bucket = new TokenBucket(REFUSED_PER_SECOND, this.#refusedBurst, atMs);
      this.#refused.set(address, bucket);
    }
    return bucket.take(1, atMs);
  }

  /** Sets bytes aside; undefined when too many are at work. Give them back by `release`, once. */
  reserve(bytes: number): { release(): void } | undefined {
    if (this.#inFlightBytes + bytes > this.body.inFlightBytesMax) return undefined;
    this.#inFlightBytes += bytes;
    let held = bytes;
    return {
      release: () => {
        this.#inFlightBytes -= held;
        held = 0;
      },
    };
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
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

function rateOf(limits: TenantLimits, kind: LimitKind): { perSecond: number; burst: number } {
  if (kind === "points") return { perSecond: limits.pointsPerSecond, burst: limits.pointsBurst };
  const perSecond = limits[`${kind}RequestsPerSecond`];
  return { perSecond, burst: perSecond * REQUEST_BURST_SECONDS };
}

function bucketsOf(limits: TenantLimits, atMs: number): Record<LimitKind, TokenBucket> {
  const bucket = (kind: LimitKind): TokenBucket => {
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
