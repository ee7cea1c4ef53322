import type { EpochMs } from "@foreshock/core/fold";
import { type Aged, OldestFirst } from "./oldest-first.ts";

/** A part of a batch that one worker has. */
interface Batch extends Aged {
  readonly tenantId: string;
  readonly oldestMs: EpochMs;
  readonly points: number;
}

interface OwnBatches {
  readonly batches: OldestFirst;
  points: number;
}

/**
 * Batches that were handed to workers and are not scored yet. A tenant's steps may be folded only up
 * to its oldest point in flight: everything older that was sent has been scored.
 *
 * Cost: O(log of the tenant's own batches) per batch; nothing depends on what other tenants send.
 */
export class InFlight {
  readonly #byTicket = new Map<number, Batch>();
  readonly #tenants = new Map<string, OwnBatches>();
  #points = 0;

  add(ticket: number, tenantId: string, oldestMs: EpochMs, points: number): void {
    const own = this.#tenants.get(tenantId) ?? { batches: new OldestFirst(), points: 0 };
    this.#tenants.set(tenantId, own);
    const batch: Batch = { tenantId, oldestMs, points, isDone: false };
    this.#byTicket.set(ticket, batch);
    own.batches.add(batch);
    own.points += points;
    this.#points += points;
  }

  /** Removes a batch and returns it; undefined when the ticket is unknown, or was done before. */
  done(ticket: number): { readonly tenantId: string; readonly points: number } | undefined {
    const batch = this.#byTicket.get(ticket);
    if (batch === undefined) return undefined;
    this.#byTicket.delete(ticket);
    const own = this.#tenants.get(batch.tenantId)!;
    own.batches.done(batch);
    own.points -= batch.points;
    this.#points -= batch.points;
    if (own.batches.isEmpty) this.#tenants.delete(batch.tenantId);
    return batch;
  }

  /** +Infinity when nothing of the tenant is in flight. */
  oldestMs(tenantId: string): EpochMs {
    return this.#tenants.get(tenantId)?.batches.oldestMs() ?? Number.POSITIVE_INFINITY;
  }

  /** Of one tenant, or of all. */
  points(tenantId?: string): number {
    if (tenantId === undefined) return this.#points;
    return this.#tenants.get(tenantId)?.points ?? 0;
  }
}
