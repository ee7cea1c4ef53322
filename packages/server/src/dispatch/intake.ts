import type { EpochMs } from "@foreshock/core/fold";
import type { AppendPart } from "../partition/protocol.ts";
import type { WhenOver } from "../platform/admission.ts";
import type { IngestBatch } from "../platform/ingest-batch.ts";
import {
  type IngestReport,
  NOTHING_PUT,
  type PutPoints,
  sumOfPut,
} from "../platform/ingest-series.ts";
import { Unavailable } from "../platform/platform-errors.ts";
import type { Limits } from "../tenant/limits.ts";
import { Door } from "./door.ts";
import { InFlight } from "./in-flight.ts";
import { type GatedBatch, type GateLimits, type GatePlace, IngestGate } from "./ingest-gate.ts";
import { reportOf } from "./late-retry.ts";
import type { PartitionPool } from "./partition-pool.ts";
import type { Pass } from "./turn-queue.ts";

export interface IntakeParts {
  readonly place: GatePlace;
  readonly pool: PartitionPool;
  readonly limits: Limits;
  /** Points of all tenants that may wait for detection, where it is not the door's own number. */
  readonly queuedPointsMax: number | undefined;
  /** Calls back after a while. */
  readonly after: (delayMs: number, wake: () => void) => void;
  readonly seriesLimitsOf: (tenantId: string) => GateLimits;
  readonly now: () => EpochMs;
  /** Does a tenant's work to its end, in units; it yields what it costs, in cells of 20 ns. */
  readonly inUnits: <Result>(tenantId: string, work: Generator<number, Result>) => Promise<Result>;
  /** Nothing is taken in while the platform starts or stops. */
  readonly state: () => "starting" | "ready" | "stopping";
  /** Series of the tenant have become known, or have newer points on their way. */
  readonly gated: (tenantId: string) => void;
  /** Points of the tenant are no longer in flight, so that its steps may go on. */
  readonly landed: (tenantId: string) => void;
  /** The store could not take points that were let in. */
  readonly refused: (tenantId: string, points: number) => void;
}

const NOTHING: IngestReport = {
  acceptedPoints: 0,
  put: NOTHING_PUT,
  rejectedPoints: 0,
  rejected: [],
};

/** What passed the gate, and what became of it in the store. */
interface Stored {
  readonly gated: GatedBatch;
  readonly put: PutPoints;
}

/** The way of a batch through this room: door, gate, workers; and back when it is scored. */
export class Intake {
  readonly inFlight = new InFlight();
  readonly door: Door;
  readonly #parts: IntakeParts;
  readonly #gate: IngestGate;
  /** The last batch of each tenant that is at the gate. */
  readonly #gating = new Map<string, Promise<GatedBatch>>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    const { limits, after, queuedPointsMax: unscoredPointsMax } = parts;
    this.door = new Door({ limits, after, unscoredPointsMax });
    this.#gate = new IngestGate(parts.place);
  }

  /** Resolves when the accepted points are durable. @throws Unavailable | OverRate. */
  async ingest(tenantId: string, batch: IngestBatch, whenOver: WhenOver): Promise<IngestReport> {
    const points = batch.values.length;
    const { charged = points } = batch;
    if (charged === 0) return NOTHING;
    const pass = await this.door.enter(tenantId, points, whenOver, charged);
    const { gated, put } = await this.#store(tenantId, batch, pass).finally(() => pass.leave());
    const report = await reportOf(gated, put, this.#parts.pool);
    return { ...report, rate: pass.rate };
  }

  /** An owner has scored all of its part of a batch, or has ended and never will. */
  scored(ticket: number): void {
    const batch = this.inFlight.done(ticket);
    if (batch === undefined) return;
    this.#parts.landed(batch.tenantId);
    this.door.scored(batch.tenantId, batch.points);
  }

  async #store(tenantId: string, batch: IngestBatch, pass: Pass): Promise<Stored> {
    const { state, seriesLimitsOf, now } = this.#parts;
    const standing = state();
    if (standing !== "ready") {
      throw new Unavailable(`platform/${standing}`, `the server is ${standing}`);
    }
    const gated = await this.#gated(tenantId, () =>
      this.#gate.taking(tenantId, batch, seriesLimitsOf(tenantId), now()),
    );
    this.#parts.gated(tenantId);
    try {
      const puts = gated.messages.map((_, owner) => this.#append(tenantId, gated, owner, pass));
      return { gated, put: (await allOf(puts)).reduce(sumOfPut, NOTHING_PUT) };
    } catch (error) {
      this.#parts.refused(tenantId, batch.values.length);
      throw error;
    }
  }

  /** One batch of a tenant after the other, in units; other tenants have their turns between two of them. */
  #gated(tenantId: string, take: () => Generator<number, GatedBatch>): Promise<GatedBatch> {
    const work = (): Promise<GatedBatch> => this.#parts.inUnits(tenantId, take());
    const before = this.#gating.get(tenantId);
    const gated = before === undefined ? work() : before.then(work, work);
    this.#gating.set(tenantId, gated);
    const over = (): void => {
      if (this.#gating.get(tenantId) === gated) this.#gating.delete(tenantId);
    };
    gated.then(over, over);
    return gated;
  }

  async #append(
    tenantId: string,
    gated: GatedBatch,
    owner: number,
    pass: Pass,
  ): Promise<PutPoints> {
    const parts = gated.messages[owner];
    if (parts === undefined) return NOTHING_PUT;
    const points = parts.reduce((sum, { times }) => sum + times.length, 0);
    if (!this.#parts.pool.isOpen(owner)) this.#notAnnounced(parts);
    // The parts' columns are handed over.
    const handles = parts.map((part) => part.handles.slice());
    try {
      return await this.#parts.pool.append(owner, parts, (ticket) => {
        pass.keep(points);
        this.inFlight.add(ticket, tenantId, gated.oldestMs, points);
      });
    } catch (error) {
      this.#notStored(tenantId, parts, handles);
      throw error;
    }
  }

  /** Their owner will not hear of them: what they would have made known to it is not known. */
  #notAnnounced(parts: readonly AppendPart[]): void {
    const { announced } = this.#parts.place;
    for (const { fresh } of parts) for (const { handle } of fresh) announced.delete(handle);
  }

  #notStored(tenantId: string, parts: readonly AppendPart[], handles: readonly Int32Array[]): void {
    const { directory } = this.#parts.place;
    for (const column of handles) for (const handle of column) directory.notStored(handle);
    const tenant = directory.tenant(tenantId);
    for (const { retold = [] } of parts) {
      tenant.natures.notTold(retold.map(({ handle }) => tenant.byHandle(handle)));
    }
  }
}

/** Waits for all, so that nothing is under way when it throws the first failure. */
async function allOf<Result>(works: readonly Promise<Result>[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const result of await Promise.allSettled(works)) {
    if (result.status === "rejected") throw result.reason;
    results.push(result.value);
  }
  return results;
}
