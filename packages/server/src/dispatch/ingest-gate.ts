import type { EpochMs } from "@foreshock/core/fold";
import type { AppendPart } from "../partition/protocol.ts";
import type { IngestBatch, IngestPlace } from "../platform/ingest-batch.ts";
import type { RejectReason } from "../platform/ingest-series.ts";
import { atOnce } from "../platform/pace.ts";
import { nameBytesOf, placeFault } from "../platform/place-name.ts";
import { withNature } from "../platform/series-nature.ts";
import type { TenantLimits } from "../tenant/tenant-settings.ts";
import type { SeriesInfo, TenantDirectory } from "./directory.ts";
import { HandOver } from "./hand-over.ts";
import { PointJudge } from "./point-judge.ts";
import { Rejects } from "./rejects.ts";
import type { SeriesDirectory } from "./series-directory.ts";
import type { SeriesRoom } from "./series-room.ts";

export interface GatedBatch {
  readonly acceptedPoints: number;
  readonly rejects: Rejects;
  /** Too late to be stored; accepted all the same where the store holds them already. */
  readonly late: readonly LateRun[];
  /** What goes to each worker, by its number; undefined where it gets nothing. */
  readonly messages: readonly (readonly AppendPart[] | undefined)[];
  /** Oldest accepted time; +Infinity when nothing was accepted. */
  readonly oldestMs: EpochMs;
}

/** Points of one series that are older than what is still stored. */
export interface LateRun {
  readonly info: SeriesInfo;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface GatePlace {
  readonly directory: SeriesDirectory;
  /** Handles that their worker has been given; extended here. */
  readonly announced: Set<number>;
  /** Partition p belongs to worker p % workerCount. */
  readonly workerCount: number;
  /** Memory for series that are new; without it there is no bound. */
  readonly room?: SeriesRoom;
}

export type GateLimits = Pick<
  TenantLimits,
  "activeSeriesMax" | "knownSeriesMax" | "seriesBytesMax"
>;

/** What a run costs beside its points, in cells of 20 ns; a new series is given its id and its place. */
const KNOWN_CELLS = 20;
const NEW_CELLS = 350;
const YIELD_CELLS = 20_000;

/**
 * Judges every point of a batch, gives new series their handle within the tenant's limits, and sorts
 * what is accepted into columns per partition. Nothing is stored yet, and what is refused leaves no
 * trace.
 */
export class IngestGate {
  readonly #place: GatePlace;
  /** Judges that no batch needs at the moment. */
  readonly #idle: PointJudge[] = [];

  constructor(place: GatePlace) {
    this.#place = place;
  }

  /** All of a batch at once. */
  take(tenantId: string, batch: IngestBatch, limits: GateLimits, nowMs: EpochMs): GatedBatch {
    return atOnce(this.taking(tenantId, batch, limits, nowMs));
  }

  /** The same a little at a time: yields what that cost, in cells of 20 ns. */
  *taking(
    tenantId: string,
    batch: IngestBatch,
    limits: GateLimits,
    nowMs: EpochMs,
  ): Generator<number, GatedBatch> {
    const judge = this.#idle.pop() ?? new PointJudge();
    const gated = yield* this.#judged(judge, tenantId, batch, limits, nowMs);
    this.#idle.push(judge);
    return gated;
  }

  *#judged(
    judge: PointJudge,
    tenantId: string,
    batch: IngestBatch,
    limits: GateLimits,
    nowMs: EpochMs,
  ): Generator<number, GatedBatch> {
    const { directory, workerCount, announced } = this.#place;
    const tenant = directory.tenant(tenantId);
    const rejects = new Rejects();
    let cost = 0;
    judge.begin(batch, nowMs, rejects);
    const { places, ends } = batch;
    const accepted = new HandOver(places.length, judge.times, judge.values);
    const late: LateRun[] = [];
    let oldestMs = Number.POSITIVE_INFINITY;
    const { natures } = tenant;
    if (batch.declared !== undefined) yield* natures.declare(batch.declared, tenant.series);
    for (let k = 0, first = 0; k < places.length; first = ends[k]!, k++) {
      const place = places[k]!;
      const known = tenant.find(place);
      const from = judge.count;
      cost += ends[k]! - first + (known === undefined ? NEW_CELLS : KNOWN_CELLS);
      if (cost > YIELD_CELLS) {
        yield cost;
        cost = 0;
      }
      judge.run(place, first, ends[k]!, known?.newestMs ?? Number.NEGATIVE_INFINITY);
      if (known !== undefined && place.counter !== undefined) natures.say(known, place.counter);
      if (known !== undefined && judge.lateCount > 0) late.push({ info: known, ...judge.late() });
      if (judge.count === from) continue;
      tenant.arrivals.came(judge.newestMs, tenant.living.newestMs, nowMs);
      tenant.living.moveTo(judge.newestMs);
      const refusal = this.#refusal(tenant, known, place, limits);
      if (refusal !== undefined) {
        rejects.add(refusal, place, judge.count - from);
        judge.takeBack(from);
        continue;
      }
      const info = known ?? newSeries(tenant, place, directory);
      info.newestMs = judge.newestMs;
      if (judge.ended) tenant.living.ended(info);
      else tenant.living.seen(info);
      oldestMs = Math.min(oldestMs, judge.oldestMs);
      accepted.add(info, judge.count);
    }
    const retold = natures.takeUntold();
    const messages = accepted.parts({ workerCount, announced, retold });
    return { acceptedPoints: judge.count, rejects, late, messages, oldestMs };
  }

  /** Why a series cannot be taken in now, whatever its points are. */
  #refusal(
    tenant: TenantDirectory,
    known: SeriesInfo | undefined,
    place: IngestPlace,
    limits: GateLimits,
  ): RejectReason | undefined {
    if (!hasRoom(tenant, known, place, limits)) return "series-limit";
    if (known !== undefined) return undefined;
    if (placeFault(place) !== undefined) return "invalid-labels";
    return this.#place.room?.admits(tenant, place) === false ? "memory-limit" : undefined;
  }
}

/** Whoever lives goes on; limits are for series that are new or wake. */
function hasRoom(
  { living, series, nameBytes }: TenantDirectory,
  known: SeriesInfo | undefined,
  place: IngestPlace,
  { activeSeriesMax, knownSeriesMax, seriesBytesMax }: GateLimits,
): boolean {
  if (known !== undefined && living.isAwake(known)) return true;
  if (living.count >= activeSeriesMax) return false;
  if (known !== undefined) return true;
  if (series.length >= Math.max(knownSeriesMax, activeSeriesMax)) return false;
  return nameBytes + nameBytesOf(place, place.metadata) <= seriesBytesMax;
}

/** A series is known from its first accepted point on. */
function newSeries(
  { tenantId, natures }: TenantDirectory,
  place: IngestPlace,
  directory: SeriesDirectory,
): SeriesInfo {
  const { clusterId, nodeId, metricName, metadata = {} } = place;
  const entries = withNature(metadata, natures.isCounter(place));
  return directory.add({ tenantId, clusterId, nodeId, metricName }, entries);
}
