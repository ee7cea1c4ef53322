/** What a rate is counted in: requests of one kind, or points. */
export type RateKind = "ingest" | "query" | "points";

/** State of a tenant's rate after a request; the `RateLimit` headers report it. */
export interface RateState {
  readonly kind: RateKind;
  readonly granted: boolean;
  /** 0 when granted. */
  readonly retryAfterMs: number;
  readonly burst: number;
  readonly perSecond: number;
  readonly left: number;
  readonly fullInMs: number;
}

/**
 * What becomes of points beyond the tenant's rate. Our own senders wait for their turn; a sender at the
 * other end of a connection is refused, and told when to come again.
 */
export type WhenOver = "wait" | "refuse";

/** Bytes that one request holds of its tenant's share of memory. */
export interface ByteRoom {
  /** False when the share is used up; nothing is taken then. */
  take(bytes: number): boolean;
  /** Gives everything back. Safe to call twice. */
  release(): void;
}
