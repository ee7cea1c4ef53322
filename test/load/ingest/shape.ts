/** From one point of a series to its next one. */
export const STEP_MS = 60_000;

/** What a sender is asked to send. */
export interface Sending {
  readonly url: string;
  readonly keys: readonly string[];
  readonly shape: IngestShape;
  readonly startMs: number;
}

export interface IngestShape {
  readonly tenants: number;
  /** Of each tenant. */
  readonly seriesEach: number;
  /** Bodies of a tenant that are under way at once, each with its share of the tenant's series. */
  readonly bodiesAtOnce: number;
  /** Points of each series in a body. */
  readonly pointsEach: number;
  /** Rounds of bodies: each of them has every series. */
  readonly rounds: number;
}
