import {
  type CalibrationReport,
  calibrateFleet,
  calibrateKinds,
  DAY_MS,
  type KindReport,
  MINUTE_MS,
} from "@foreshock/core/fold";
import { generateFleet, ORIGIN_MS, UTC } from "@foreshock/core/generator";
import { CliError, EXIT } from "../terminal/exit-code.ts";

export interface FleetFlags {
  readonly nodes: number;
  readonly days: number;
  /** Sampling interval of the generated metrics. */
  readonly minutes: number;
  readonly seed: string;
}

const CLUSTERS = 4;
const METRICS = 10;
const CORRELATION = 0.3;
const WARM_UP_DAYS = 3;
const BUDGETS_DAYS = [7, 30];
/** Series of each kind for the table by kind. */
const SERIES_A_KIND = 3;

/** A healthy generated fleet of one tenant, and clean series of every kind: what was promised of them? */
export function generatedCalibration({ nodes, days, minutes, seed }: FleetFlags): {
  readonly source: string;
  readonly report: CalibrationReport;
  readonly kinds: readonly KindReport[];
} {
  const intervalMs = minutes * MINUTE_MS;
  if (!(Number.isInteger(intervalMs) && intervalMs <= DAY_MS)) {
    throw new CliError(
      `--minutes ${minutes} is not a valid sampling interval`,
      EXIT.usage,
      "give a length of whole milliseconds, at most a day, such as 5 or 0.25",
    );
  }
  const grid = {
    startMs: ORIGIN_MS,
    intervalMs,
    pointCount: Math.floor((days * DAY_MS) / intervalMs),
  };
  const nodeCount = Math.ceil(nodes / CLUSTERS);
  const plan = {
    seed,
    grid,
    tenantCount: 1,
    clusterCount: CLUSTERS,
    nodeCount,
    metricCount: METRICS,
    common: { correlation: CORRELATION, law: "normal" },
    zones: [UTC],
    changes: [],
  } as const;
  const { report } = calibrateFleet(generateFleet(plan), {
    grid,
    budgetsDays: BUDGETS_DAYS,
    warmUpDays: WARM_UP_DAYS,
  });
  const kinds = calibrateKinds({ seed, seriesCount: SERIES_A_KIND, days, intervalMs });
  const source = `a healthy generated fleet of ${nodeCount * CLUSTERS} nodes, day ${WARM_UP_DAYS + 1} to ${days}`;
  return { source, report, kinds };
}
