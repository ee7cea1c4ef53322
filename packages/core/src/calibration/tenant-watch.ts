import type { FleetFinding } from "../aggregate/fleet/fleet-finding.ts";
import type { FleetStep, LevelStep } from "../aggregate/fleet/fleet-step.ts";
import type { StreamingEngine } from "../engine/engine.ts";
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS } from "../model/time.ts";
import { FoldRow } from "../pipeline/fold-row.ts";
import { replaySeries, replaySteps } from "../pipeline/replay.ts";
import { SeriesFold } from "../pipeline/series-fold.ts";
import { TenantFold } from "../pipeline/tenant-fold.ts";
import { countedMs, daysOfScore, returnPeriodDays } from "../stats/return-period.ts";
import type { LevelTallies } from "./calibration-report.ts";

/** Equally spaced steps. */
export interface WatchGrid {
  readonly startMs: EpochMs;
  readonly intervalMs: DurationMs;
  readonly pointCount: number;
}

/** One node over the whole grid: one column of values per metric, NaN = missing. */
export interface WatchedNode {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metrics: readonly { readonly metricName: string; readonly values: Float64Array }[];
}

export interface WatchOptions {
  readonly grid: WatchGrid;
  readonly engine: StreamingEngine;
  /** Alert budgets to try side by side: the tenant is judged once for each. */
  readonly budgetsDays: readonly number[];
  /** Called for every step of the first budget. */
  readonly visit?: (step: FleetStep) => void;
}

export interface BudgetFindings {
  readonly budgetDays: number;
  readonly findings: readonly FleetFinding[];
}

/** How far roll-ups rewind for late points; here none come. */
const REWIND_MS = HOUR_MS;

/** A series after detection, one number per step of its grid. */
export interface ScoredColumn {
  /** What the series passes up; NaN = missing. Single precision is what a tail probability is worth. */
  readonly p: Float32Array;
  /** What its score says: after the second look, or of a stuck value where that is the rarer one. */
  readonly promisedP: Float32Array;
  /** Steps at which the flatline detector had an opinion, and what it was. */
  readonly flat: ReadonlyMap<number, number>;
  /** Phase of the series' alarm, and whether its interval is settled (POINT_SIGN). */
  readonly phase: Uint8Array;
}

interface ScoredSeries extends ScoredColumn {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metricName: string;
}

/** Scores one series by the folds that the server runs. */
export function scoredColumn(
  values: Float64Array,
  { startMs, intervalMs }: WatchGrid,
  engine: StreamingEngine,
): ScoredColumn {
  const fold = new SeriesFold({ open: () => engine.open(intervalMs), counter: false });
  const timestampsMs = values.map((_, i) => startMs + i * intervalMs);
  const flat = new Map<number, number>();
  const p = new Float32Array(values.length);
  const promisedP = new Float32Array(values.length);
  const phase = new Uint8Array(values.length);
  replaySeries(fold, { timestampsMs, values }, new FoldRow(), (i, row) => {
    p[i] = row.valueP;
    phase[i] = row.sign;
    promisedP[i] = Number.isNaN(values[i]!) ? Number.NaN : row.p;
    if (!Number.isNaN(row.flatP)) flat.set(i, row.flatP);
  });
  return { p, promisedP, flat, phase };
}

/**
 * A tenant seen from its first step to its last, as the server would have seen it: every series
 * scored, then all of them rolled up step by step.
 */
export class TenantWatch {
  readonly #options: WatchOptions;
  readonly #series: ScoredSeries[] = [];

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Scores a node. Cost: that of the engine; 9 bytes per point are kept. */
  add({ clusterId, nodeId, metrics }: WatchedNode): void {
    const { grid, engine } = this.#options;
    for (const { metricName, values } of metrics) {
      this.#series.push({ clusterId, nodeId, metricName, ...scoredColumn(values, grid, engine) });
    }
  }

  /** Rolls up what was added; counts every level into `tallies` from step `fromStep` on. */
  judge(tallies: LevelTallies, fromStep: number, entityBase: number): BudgetFindings[] {
    const { grid, budgetsDays, visit } = this.#options;
    this.#tallyMetrics(tallies, fromStep, entityBase);
    return budgetsDays.map((budgetDays, b) => {
      const fold = new TenantFold({ stepMs: grid.intervalMs, budgetDays, rewindMs: REWIND_MS });
      const findings = new Map<string, FleetFinding>();
      this.#fold(fold, findings, (step) => {
        if (b > 0) return;
        visit?.(step);
        const at = Math.round((step.startMs - grid.startMs) / grid.intervalMs);
        if (at >= fromStep) tallySteps(tallies, step, at, grid.intervalMs, entityBase);
      });
      return { budgetDays, findings: [...findings.values()] };
    });
  }

  #tallyMetrics({ metric }: LevelTallies, fromStep: number, entityBase: number): void {
    const { intervalMs, pointCount } = this.#options.grid;
    this.#series.forEach(({ promisedP }, series) => {
      for (let i = fromStep; i < pointCount; i++) {
        metric.push(
          entityBase + series,
          i,
          returnPeriodDays(promisedP[i]!, intervalMs),
          intervalMs,
        );
      }
    });
  }

  #fold(
    fold: TenantFold,
    findings: Map<string, FleetFinding>,
    visit: (step: FleetStep) => void,
  ): void {
    const { startMs, intervalMs, pointCount } = this.#options.grid;
    const numbers = this.#series.map(({ clusterId, nodeId, metricName }) => {
      const number = fold.addSeries(clusterId, nodeId, metricName);
      fold.setInterval(number, intervalMs);
      return number;
    });
    for (let i = 0; i < pointCount; i++) {
      const atMs = startMs + i * intervalMs;
      this.#series.forEach(({ p, flat, phase }, k) => {
        fold.put(numbers[k]!, atMs, p[i]!, flat.get(i) ?? Number.NaN, phase[i]!);
      });
      replaySteps(fold, atMs + intervalMs, findings, visit);
    }
  }
}

function tallySteps(
  tallies: LevelTallies,
  step: FleetStep,
  at: number,
  intervalMs: DurationMs,
  entityBase: number,
): void {
  tallyLevel(tallies.node, step.nodes, at, intervalMs, entityBase);
  tallyLevel(tallies.cluster, step.clusters, at, intervalMs, entityBase);
  tallies.tenant.push(entityBase, at, step.tenant.days, intervalMs);
}

/** From the score and not from p: the score respects what the entity's age allows it to claim. */
function tallyLevel(
  tally: LevelTallies["node"],
  { count, score }: LevelStep,
  at: number,
  intervalMs: DurationMs,
  entityBase: number,
): void {
  for (let e = 0; e < count; e++) {
    const days = daysOfScore(score[e]!) * (1 + ROUNDING);
    tally.push(entityBase + e, at, days, countedMs(intervalMs));
  }
}

/** A score made from days gives slightly fewer days when it is converted back. */
const ROUNDING = 1e-9;

/** Steps of the first days, which are reported separately: children and tails are not settled yet. */
export function warmUpSteps(intervalMs: DurationMs, days: number): number {
  return Math.ceil((days * DAY_MS) / intervalMs);
}
