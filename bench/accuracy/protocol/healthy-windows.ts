import {
  evidenceOf,
  largestOf,
  MetricSeries,
  rankWindow,
  type StreamingEngine,
} from "@foreshock/core/fold";
import type { IncidentCase } from "../datasets/incident-case.ts";

/** Rows of a window, as long as the incidents' own. */
const WINDOW_ROWS = 5;
/** Rows after the last fault that may still feel it. */
const AFTERMATH_ROWS = 2;
/** Of a quiet recording the last part is judged, the rest is history. */
const HISTORY_SHARE = 2 / 3;

export interface HealthyQuality {
  readonly windows: number;
  /** Share of the windows whose score reaches the level. */
  readonly reaching: ReadonlyMap<number, number>;
}

const LEVELS = [0.5, 0.75];

/**
 * How often a window without a fault is called unusual, by group: what follows the last fault of a
 * day, or the last third of a recording without any. Groups without such rows are left out.
 */
export function judgeHealthy(
  incidents: readonly IncidentCase[],
  engine: StreamingEngine,
): ReadonlyMap<string, HealthyQuality> {
  const groups = Map.groupBy(incidents, ({ group }) => group);
  const judged = [...groups].flatMap(([group, cases]) => {
    const scores = healthyScores(cases, engine);
    if (scores.length === 0) return [];
    const reaching = LEVELS.map((level) => {
      return [level, scores.filter((score) => score >= level).length / scores.length] as const;
    });
    return [[group, { windows: scores.length, reaching: new Map(reaching) }] as const];
  });
  return new Map(judged);
}

function healthyScores(cases: readonly IncidentCase[], engine: StreamingEngine): number[] {
  const [first] = cases;
  const rows = first!.normalRows === undefined ? first!.normal[1] : first!.timestampsMs.length;
  const start =
    first!.normalRows === undefined
      ? Math.floor(HISTORY_SHARE * rows)
      : largestOf(cases.map(({ abnormal }) => abnormal[1])) + AFTERMATH_ROWS;
  const timestampsMs = first!.timestampsMs.slice(0, rows);
  const columns = first!.columns;
  const values = first!.values.map((column) => column.slice(0, rows));
  const p = columns.map(({ nodeId, metricName }, c) => {
    const place = { tenantId: "bench", clusterId: first!.group, nodeId, metricName };
    return evidenceOf(
      engine.score(new MetricSeries({ ...place, timestamps: timestampsMs, values: values[c]! })),
    );
  });
  const scores: number[] = [];
  for (let row = start; row + WINDOW_ROWS <= rows; row += WINDOW_ROWS) {
    const window = {
      startMs: timestampsMs[row]!,
      endMs: timestampsMs[row + WINDOW_ROWS - 1]! + 1,
    };
    scores.push(rankWindow({ timestampsMs, columns, values, p, limit: 1, ...window }).score);
  }
  return scores;
}
