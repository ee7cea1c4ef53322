import {
  type DurationMs,
  type EpochMs,
  type FleetStep,
  INTERVAL_POINTS,
  Refusal,
  scoreOfP,
  TenantFold,
  type TenantFoldOptions,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import { LATE_MAX_MS } from "../dispatch/point-judge.ts";
import { type EntityNow, known, NOTHING, note } from "./entity-now.ts";
import { clusterPlace, nodePlace, TENANT_PLACE } from "./entity-places.ts";
import { recordOf } from "./finding-record.ts";
import { KeptRuns, type ScoredColumns } from "./kept-runs.ts";
import { type EntityHistory, type EntityPlace, RollupHistory } from "./rollup-history.ts";
import type { RunnerOptions, SavedRunner } from "./runner-options.ts";
import { stepFor } from "./step-choice.ts";

/** Fraction of the usual series that must report before an unfinished step is judged. */
const COVERAGE_MIN = 0.9;
/** Runs kept back until the grid is chosen; beyond it the choice is made on what is known. */
const KEPT_RUNS_MAX = 100_000;

/** One tenant's fold on the main thread: fed with scored points, moved on as they become complete. */
export class TenantRunner {
  readonly #options: RunnerOptions;
  #fold: TenantFold | undefined;
  #history: RollupHistory | undefined;
  readonly #kept = new KeptRuns();
  #changed = false;
  /** Fold's number of each series, by its index in the tenant. */
  readonly #numbers: (number | undefined)[] = [];
  /** The series behind each of the fold's numbers. */
  readonly #infos: (SeriesInfo | undefined)[] = [];
  #newestMs = Number.NEGATIVE_INFINITY;
  readonly #nodesNow: EntityNow[] = [];
  readonly #clustersNow: EntityNow[] = [];
  /** By the fold's numbers. */
  readonly #nodeHistory: EntityHistory[] = [];
  readonly #clusterHistory: EntityHistory[] = [];
  tenantNow: EntityNow = { score: 0, anomalous: 0 };

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { savedRuns, savedFold, stepMs } = options;
    if (savedRuns !== undefined && savedFold === undefined) this.#restoreRuns(savedRuns);
    if (stepMs === undefined) return;
    const fold = this.#start(stepMs, savedFold);
    this.#feedKept(fold);
  }

  get fold(): TenantFold | undefined {
    return this.#fold;
  }

  /** The alert budget that holds for the next step. */
  get budgetDays(): number {
    return this.#fold?.fleet.budgetDays ?? this.#options.settings().budgetDays;
  }

  get history(): RollupHistory | undefined {
    return this.#history;
  }

  get newestMs(): EpochMs {
    return this.#newestMs;
  }

  /** A run of scored points, [first, end) of the columns, which are not kept. */
  take(info: SeriesInfo, columns: ScoredColumns, first: number, end: number): void {
    const { times } = columns;
    this.#changed = true;
    for (let i = first; i < end; i++) if (times[i]! > this.#newestMs) this.#newestMs = times[i]!;
    if (this.#fold === undefined) this.#kept.add(info, columns, first, end);
    else this.#feed(this.#fold, info, columns, first, end);
  }

  /** Folds everything that is complete. `inFlightMs` = oldest point that is not scored yet. */
  advance(inFlightMs: EpochMs): void {
    const fold = this.#fold ?? this.#chooseStep();
    if (fold === undefined || this.#newestMs === Number.NEGATIVE_INFINITY) return;
    this.#takeUpBudget(fold);
    const complete = Math.min(this.#newestMs, inFlightMs);
    fold.advance(complete, (step) => this.#stepped(fold, step));
    this.#changed = true;
    if (inFlightMs <= this.#newestMs || fold.coverage(this.#newestMs) < COVERAGE_MIN) return;
    fold.advance(this.#newestMs + fold.stepMs, (step) => this.#stepped(fold, step));
  }

  /** Where a node stands now. */
  nodeNow(clusterId: string, nodeId: string): EntityNow {
    return this.#nodesNow[this.#nodeNumber(clusterId, nodeId)] ?? NOTHING;
  }

  clusterNow(clusterId: string): EntityNow {
    const clusterIds = this.#fold?.fleet.names.clusterIds ?? [];
    for (let c = this.#clusterNumbers.size; c < clusterIds.length; c++) {
      this.#clusterNumbers.set(clusterIds[c]!, c);
    }
    return this.#clustersNow[this.#clusterNumbers.get(clusterId) ?? -1] ?? NOTHING;
  }

  /** Start of the node's first step with a value; undefined before. */
  nodeSinceMs(place: EntityPlace): EpochMs | undefined {
    const known = this.#numberOfPlace.get(place);
    const number = known ?? this.#nodeNumber(place.clusterId, place.nodeId);
    if (known === undefined && number >= 0) this.#numberOfPlace.set(place, number);
    return number < 0 ? undefined : this.#fold?.fleet.nodeSinceMs(number);
  }

  /** The series behind a number of the fold; undefined where it has none, or its partition lost it. */
  seriesOf(number: number): SeriesInfo | undefined {
    return this.#infos[number];
  }

  /** 0 until the grid is chosen. */
  get stepMs(): DurationMs {
    return this.#fold?.stepMs ?? 0;
  }

  scoreOf(p: number): number {
    return Math.min(1, scoreOfP(p, this.stepMs));
  }

  nodeCount(clusterId: string): number {
    return this.#options.directory.clusters.get(clusterId)?.size ?? 0;
  }

  metricCount(clusterId: string, nodeId: string): number {
    return this.#options.directory.node(clusterId, nodeId)?.series.length ?? 0;
  }

  /** Whether something was taken or folded since the last `save`. */
  get hasChanged(): boolean {
    return this.#changed;
  }

  /** The fold's state, or what waits for the grid; undefined where there is neither. */
  save(): SavedRunner | undefined {
    this.#history?.flush();
    if (this.#fold !== undefined) return { slot: "fold", bytes: this.#fold.save() };
    return this.#kept.count > 0 ? { slot: "runs", bytes: this.#kept.save() } : undefined;
  }

  /** What `save` gave is durable. */
  saved(): void {
    this.#history?.flushed();
    this.#changed = false;
  }

  /** Nodes that are asked for by the same object again are found without their names. */
  readonly #numberOfPlace = new WeakMap<EntityPlace, number>();
  readonly #nodeNumbers = new Map<string, number>();
  readonly #clusterNumbers = new Map<string, number>();

  #nodeNumber(clusterId: string, nodeId: string): number {
    const key = `${clusterId}\0${nodeId}`;
    const known = this.#nodeNumbers.get(key);
    if (known !== undefined) return known;
    const names = this.#fold?.fleet.names;
    if (names === undefined) return -1;
    for (let n = this.#nodeNumbers.size; n < names.nodeIds.length; n++) {
      const cluster = names.clusterIds[names.nodeCluster[n]!]!;
      this.#nodeNumbers.set(`${cluster}\0${names.nodeIds[n]!}`, n);
    }
    return this.#nodeNumbers.get(key) ?? -1;
  }

  #chooseStep(): TenantFold | undefined {
    const { series } = this.#options.directory;
    const settled = series.filter((info) => info.pointCount >= INTERVAL_POINTS);
    const given = this.#options.settings().stepMs;
    const enough = 2 * settled.length >= series.length || this.#kept.count > KEPT_RUNS_MAX;
    const found = enough ? stepFor(series.map((info) => info.intervalMs)) : undefined;
    const stepMs = given > 0 && this.#kept.count > 0 ? given : found;
    if (stepMs === undefined) return undefined;
    this.#options.events.stepChosen(stepMs);
    const fold = this.#start(stepMs, undefined);
    this.#feedKept(fold);
    return fold;
  }

  #feedKept(fold: TenantFold): void {
    this.#kept.takeAll((info, columns, end) => this.#feed(fold, info, columns, 0, end));
  }

  #restoreRuns(saved: Uint8Array): void {
    this.#kept.restore(saved, (seriesId) => this.#options.directory.byId(seriesId));
    this.#newestMs = this.#kept.newestMs();
  }

  #start(stepMs: DurationMs, saved: Uint8Array | undefined): TenantFold {
    const { settings, shelf } = this.#options;
    const options = { stepMs, budgetDays: settings().budgetDays, rewindMs: LATE_MAX_MS };
    const restored = saved === undefined ? undefined : restoredFold(options, saved);
    const fold = restored ?? new TenantFold(options);
    this.#takeUpBudget(fold);
    if (restored !== undefined) {
      this.#newestMs = fold.fleet.processedMs;
      for (const info of this.#options.directory.series) this.#numberOf(fold, info);
    }
    this.#fold = fold;
    this.#history = new RollupHistory(stepMs, shelf(stepMs));
    if (restored !== undefined) this.#takeUpScores(fold, this.#history);
    return fold;
  }

  /** A changed budget holds from the next step on; what is judged already stays as it is. */
  #takeUpBudget({ fleet }: TenantFold): void {
    const { budgetDays } = this.#options.settings();
    if (fleet.budgetDays !== budgetDays) fleet.setBudgetDays(budgetDays);
  }

  /** Where everything stood at the last step before a restart. */
  #takeUpScores(fold: TenantFold, history: RollupHistory): void {
    const { names, processedMs } = fold.fleet;
    const last = { startMs: processedMs, endMs: processedMs + fold.stepMs };
    names.nodeIds.forEach((_, n) => {
      history.read(nodePlace(names, n), last, (_at, score) =>
        note(this.#nodesNow, n, Math.min(1, score), 0),
      );
    });
    names.clusterIds.forEach((_, c) => {
      history.read(clusterPlace(names, c), last, (_at, score) =>
        note(this.#clustersNow, c, Math.min(1, score), 0),
      );
    });
    history.read(TENANT_PLACE, last, (_, score) => {
      this.tenantNow = { score: Math.min(1, score), anomalous: 0 };
    });
  }

  #feed(
    fold: TenantFold,
    info: SeriesInfo,
    { times, p, flat, phase }: ScoredColumns,
    first: number,
    end: number,
  ): void {
    const series = this.#numberOf(fold, info);
    if (info.pointCount >= INTERVAL_POINTS) fold.setInterval(series, info.intervalMs);
    for (let i = first; i < end; i++) fold.put(series, times[i]!, p[i]!, flat[i]!, phase[i]!);
    if (info.ended) fold.ended(series);
  }

  #numberOf(fold: TenantFold, info: SeriesInfo): number {
    const { index, key } = info;
    const known = this.#numbers[index];
    if (known !== undefined) return known;
    const number = fold.addSeries(key.clusterId, key.nodeId, key.metricName);
    this.#numbers[index] = number;
    this.#infos[number] = info;
    return number;
  }

  #stepped(fold: TenantFold, step: FleetStep): void {
    const { names } = fold.fleet;
    const history = this.#history!;
    const { nodes, clusters, tenant, startMs } = step;
    for (let n = 0; n < nodes.count; n++) {
      if (this.#nodeHistory[n] === undefined) {
        this.#nodeHistory[n] = history.entity(nodePlace(names, n));
      }
      history.put(this.#nodeHistory[n]!, startMs, scoreOfP(nodes.promisedP[n]!, fold.stepMs));
      note(this.#nodesNow, n, nodes.score[n]!, nodes.anomalous[n]!);
    }
    for (let c = 0; c < clusters.count; c++) {
      if (this.#clusterHistory[c] === undefined) {
        this.#clusterHistory[c] = history.entity(clusterPlace(names, c));
      }
      history.put(this.#clusterHistory[c]!, startMs, scoreOfP(clusters.promisedP[c]!, fold.stepMs));
      note(this.#clustersNow, c, clusters.score[c]!, clusters.anomalous[c]!);
    }
    history.put(history.entity(TENANT_PLACE), startMs, scoreOfP(tenant.promisedP, fold.stepMs));
    this.tenantNow = { score: known(tenant.score), anomalous: tenant.anomalousNodes };
    for (const id of step.retracted) this.#options.events.findingRetracted(id);
    for (const finding of step.changed) {
      this.#options.events.findingChanged(recordOf(finding, (number) => this.seriesOf(number)));
    }
  }
}

/** Undefined for bytes that another version wrote: the roll-up then learns from scratch. */
function restoredFold(options: TenantFoldOptions, saved: Uint8Array): TenantFold | undefined {
  const fold = new TenantFold(options);
  try {
    fold.restore(saved);
    return fold;
  } catch (error) {
    if (error instanceof Refusal && error.code === "state/unreadable") return undefined;
    throw error;
  }
}
