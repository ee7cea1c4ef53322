import type { EpochMs } from "@foreshock/core";
import type { WhenOver } from "../platform/admission.ts";
import type { IngestBatch } from "../platform/ingest-batch.ts";
import type { IngestReport } from "../platform/ingest-series.ts";
import { Unavailable } from "../platform/platform-errors.ts";
import type { Limits } from "../tenant/limits.ts";
import { Door } from "./door.ts";
import { InFlight } from "./in-flight.ts";
import { type GatedBatch, type GateLimits, type GatePlace, IngestGate } from "./ingest-gate.ts";
import { reportOf } from "./late-retry.ts";
import type { Pass } from "./turn-queue.ts";
import type { WorkerPool } from "./worker-pool.ts";

export interface IntakeParts {
  readonly place: GatePlace;
  readonly pool: WorkerPool;
  readonly limits: Limits;
  readonly seriesLimitsOf: (tenantId: string) => GateLimits;
  readonly now: () => EpochMs;
  /** False while starting or stopping: nothing is taken in. */
  readonly ready: () => boolean;
  /** Points of the tenant are no longer in flight, so that its steps may go on. */
  readonly landed: (tenantId: string) => void;
}

const NOTHING: IngestReport = { acceptedPoints: 0, rejectedPoints: 0, rejected: [] };

/** The way of a batch through this room: door, gate, workers; and back when it is scored. */
export class Intake {
  readonly inFlight = new InFlight();
  readonly door: Door;
  readonly #parts: IntakeParts;
  readonly #gate: IngestGate;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.door = new Door({ limits: parts.limits });
    this.#gate = new IngestGate(parts.place);
  }

  /** Resolves when the accepted points are durable. @throws Unavailable | OverRate. */
  async ingest(tenantId: string, batch: IngestBatch, whenOver: WhenOver): Promise<IngestReport> {
    const points = batch.values.length;
    if (points === 0) return NOTHING;
    const pass = await this.door.enter(tenantId, points, whenOver);
    const gated = await this.#store(tenantId, batch, pass).finally(() => pass.leave());
    const report = await reportOf(gated, this.#parts.pool);
    return { ...report, rate: pass.rate };
  }

  /** A worker has scored all of its part of a batch. */
  scored(ticket: number): void {
    const batch = this.inFlight.done(ticket);
    if (batch === undefined) return;
    this.#parts.landed(batch.tenantId);
    this.door.scored(batch.tenantId, batch.points);
  }

  async #store(tenantId: string, batch: IngestBatch, pass: Pass): Promise<GatedBatch> {
    const { ready, seriesLimitsOf, now } = this.#parts;
    if (!ready()) throw new Unavailable("the server is starting or stopping", 2000);
    const gated = this.#gate.take(tenantId, batch, seriesLimitsOf(tenantId), now());
    await Promise.all(
      gated.messages.map((_, worker) => this.#append(tenantId, gated, worker, pass)),
    );
    return gated;
  }

  async #append(tenantId: string, gated: GatedBatch, worker: number, pass: Pass): Promise<void> {
    const parts = gated.messages[worker];
    if (parts === undefined) return;
    const points = parts.reduce((sum, { times }) => sum + times.length, 0);
    let sent = -1;
    const appended = this.#parts.pool.append(worker, parts, (ticket) => {
      sent = ticket;
      pass.keep(points);
      this.inFlight.add(ticket, tenantId, gated.oldestMs, points);
    });
    // What could not be stored is not waited for: the tenant's steps go on without it.
    await appended.catch((error: unknown) => {
      this.scored(sent);
      throw error;
    });
  }
}
