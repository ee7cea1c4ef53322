import type { EpochMs } from "@foreshock/core";

interface Batch {
  readonly tenantId: string;
  readonly oldestMs: EpochMs;
  readonly points: number;
}

/**
 * Batches that were handed to workers and are not scored yet. A tenant's steps may be folded only
 * up to its oldest point in flight: behind it everything that was sent has been scored.
 */
export class InFlight {
  readonly #batches = new Map<number, Batch>();

  add(ticket: number, tenantId: string, oldestMs: EpochMs, points: number): void {
    this.#batches.set(ticket, { tenantId, oldestMs, points });
  }

  /** The tenant whose batch it was; undefined when the ticket is not known (any more). */
  done(ticket: number): string | undefined {
    const batch = this.#batches.get(ticket);
    this.#batches.delete(ticket);
    return batch?.tenantId;
  }

  /** +Infinity when nothing of the tenant is in flight. O(batches in flight). */
  oldestMs(tenantId: string): EpochMs {
    let oldest = Number.POSITIVE_INFINITY;
    for (const batch of this.#batches.values()) {
      if (batch.tenantId === tenantId && batch.oldestMs < oldest) oldest = batch.oldestMs;
    }
    return oldest;
  }

  points(tenantId?: string): number {
    let points = 0;
    for (const batch of this.#batches.values()) {
      if (tenantId === undefined || batch.tenantId === tenantId) points += batch.points;
    }
    return points;
  }
}
