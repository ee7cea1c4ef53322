import type { FleetFinding } from "../aggregate/fleet/fleet-finding.ts";
import type { FleetStep } from "../aggregate/fleet/fleet-step.ts";
import { createStreamEngine } from "../detect/stream-engine.ts";
import type { StreamingEngine } from "../engine/engine.ts";
import type { AnomalyResult } from "../model/anomaly-result.ts";
import { type SeriesKey, seriesKeyText, tenantIdOf } from "../model/series-key.ts";
import { type DurationMs, type EpochMs, timeRange } from "../model/time.ts";
import type { PointColumns, Store } from "../store/store.ts";
import { type ReplayedSeries, TenantReplay } from "./replay.ts";
import type { TenantFold } from "./tenant-fold.ts";

export interface PipelineOptions {
  readonly tenantId: string;
  readonly store: Store;
  /** Left out: the default engine. */
  readonly engine?: StreamingEngine;
  /** Grid on which nodes, clusters and the tenant are judged. */
  readonly stepMs: DurationMs;
  /** Alert budget: at most one finding in this many days. */
  readonly budgetDays: number;
  /** How far back late points are folded in again. */
  readonly rewindMs: DurationMs;
}

/** What a run of the pipeline came to. */
export interface PipelineRun {
  /** Points folded, those of series that were folded again included. */
  readonly pointCount: number;
  /** Findings opened or changed, newest state of each; ids retracted by late points are gone. */
  readonly findings: ReadonlyMap<string, FleetFinding>;
}

interface FoldedSeries {
  readonly key: SeriesKey;
  readonly replayed: ReplayedSeries;
  /** Oldest change that is not folded yet; Infinity when there is none. */
  changedFromMs: EpochMs;
}

const EVERYTHING_END_MS = Number.MAX_SAFE_INTEGER;

/**
 * The path of the data of one tenant, over the store port: append -> fold of each series (engine,
 * calibration, episodes) -> fold of the tenant (node, cluster, tenant, findings). The server runs
 * the same folds spread over threads.
 *
 * Results are a function of the stored points: after a late point its series is folded again from the
 * beginning, and the roll-up rewinds inside its horizon.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #engine: StreamingEngine;
  readonly #replay: TenantReplay;
  readonly #series = new Map<string, FoldedSeries>();

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#engine = options.engine ?? createStreamEngine();
    this.#replay = new TenantReplay({ ...options, engine: this.#engine });
  }

  get fold(): TenantFold {
    return this.#replay.tenant;
  }

  /** Stores points; they count with the next `run`. @throws what the store's `append` throws. */
  async append(batch: readonly PointColumns[]): Promise<void> {
    await this.#store().append(batch);
    for (const { place, timestampsMs } of batch) {
      const series = this.#known({ ...place, tenantId: this.#options.tenantId });
      for (const atMs of timestampsMs) series.changedFromMs = Math.min(series.changedFromMs, atMs);
    }
  }

  /** Folds everything that was appended; `visit` gets every step that the roll-up completes. */
  async run(visit?: (step: FleetStep) => void): Promise<PipelineRun> {
    let pointCount = 0;
    let newestMs = Number.NEGATIVE_INFINITY;
    for (const series of this.#series.values()) {
      if (series.changedFromMs < Number.POSITIVE_INFINITY)
        pointCount += await this.#foldSeries(series);
      newestMs = Math.max(newestMs, series.replayed.fold.lastMs);
    }
    this.#replay.advance(newestMs + this.fold.stepMs, visit);
    return { pointCount, findings: this.#replay.findings };
  }

  /** One result per window of a stored series, explained. */
  async results(key: Omit<SeriesKey, "tenantId">): Promise<AnomalyResult[]> {
    const range = timeRange(0, EVERYTHING_END_MS);
    return this.#engine.detect(await this.#store().read(key, range));
  }

  #store() {
    return this.#options.store.forTenant(tenantIdOf(this.#options.tenantId));
  }

  #known(key: SeriesKey): FoldedSeries {
    const text = seriesKeyText(key);
    const known = this.#series.get(text);
    if (known !== undefined) return known;
    const replayed = this.#replay.series(key);
    const made = { key, replayed, changedFromMs: Number.POSITIVE_INFINITY };
    this.#series.set(text, made);
    return made;
  }

  /** Points after the newest one are pushed; a change before it folds the series from scratch. */
  async #foldSeries(series: FoldedSeries): Promise<number> {
    const { changedFromMs, replayed } = series;
    if (replayed.fold.pointCount > 0 && changedFromMs <= replayed.fold.lastMs) {
      this.#replay.restart(replayed);
    }
    const fromMs = replayed.fold.pointCount === 0 ? 0 : replayed.fold.lastMs + 1;
    const range = timeRange(fromMs, EVERYTHING_END_MS);
    const { timestamps, values } = await this.#store().read(series.key, range);
    this.#replay.push(replayed, { timestampsMs: timestamps, values }, changedFromMs);
    series.changedFromMs = Number.POSITIVE_INFINITY;
    return values.length;
  }
}
