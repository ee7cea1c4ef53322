import { type PromiseRow, PromiseTally, promiseRow } from "./promise-tally.ts";

export const CALIBRATION_LEVELS = ["metric", "node", "cluster", "tenant"] as const;
export type CalibrationLevel = (typeof CALIBRATION_LEVELS)[number];

/** Promised against realised, level by level. */
export interface CalibrationReport {
  readonly levels: readonly LevelReport[];
  /** Findings under the alert budget; one row per budget. */
  readonly findings: readonly PromiseRow[];
}

export interface LevelReport {
  readonly level: CalibrationLevel;
  readonly entities: number;
  /** Days times entities. */
  readonly watchedDays: number;
  readonly rows: readonly PromiseRow[];
}

/** Findings opened under a budget over `watchedDays` tenant days. */
export interface FindingCount {
  readonly budgetDays: number;
  readonly watchedDays: number;
  readonly opened: number;
}

export type LevelTallies = Readonly<Record<CalibrationLevel, PromiseTally>>;

/** Nothing counted yet, at the promises that are checked. */
export function emptyTallies(): LevelTallies {
  return {
    metric: new PromiseTally(),
    node: new PromiseTally(),
    cluster: new PromiseTally(),
    tenant: new PromiseTally(),
  };
}

/** Levels without any watched entity are left out. */
export function calibrationReport(
  tallies: LevelTallies,
  findings: readonly FindingCount[],
): CalibrationReport {
  const levels = CALIBRATION_LEVELS.map((level) => ({ level, tally: tallies[level] }))
    .filter(({ tally }) => tally.entityCount > 0)
    .map(({ level, tally }) => ({
      level,
      entities: tally.entityCount,
      watchedDays: tally.watchedDays,
      rows: tally.rows(),
    }));
  return {
    levels,
    findings: findings.map(({ budgetDays, watchedDays, opened }) => {
      return promiseRow(budgetDays, watchedDays, opened);
    }),
  };
}
