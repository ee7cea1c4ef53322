import type { Paged } from "../platform/platform.ts";
import type { Answered } from "../platform/read.ts";
import { metricPageWire, nodeColumnsWire, nodePageWire, overviewWire } from "./page-rows.ts";
import { Rows } from "./row-pieces.ts";
import {
  alarmWire,
  anomalyWire,
  calibrationWire,
  clusterWire,
  explanationWire,
  findingWire,
  healthWire,
  metricWire,
  nodeWire,
  pointsWire,
  rankingWire,
  scoresWire,
  seriesWire,
  standingWire,
  summaryWire,
} from "./rows.ts";

/** Numbers of a long list that are written in one piece; they are short. */
const PIECE_NUMBERS = 20_000;

/**
 * The body of the reply to a question, as JSON in pieces that are short to make: between two of them others can
 * have their turn. Cost: O(size of the reply).
 */
export function* answerPieces(answered: Answered): Generator<string, void> {
  const wire = wireOf(answered) as Readonly<Record<string, unknown>>;
  let before = "{";
  for (const [key, value] of Object.entries(wire)) {
    if (value === undefined) continue;
    const name = `${before}${JSON.stringify(key)}:`;
    before = ",";
    const rows = isLong(value) ? new Rows(value, (item) => item, PIECE_NUMBERS) : value;
    yield rows instanceof Rows ? name : name + JSON.stringify(value);
    if (rows instanceof Rows) yield* rows.pieces();
  }
  yield before === "{" ? "{}" : "}";
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > PIECE_NUMBERS;
}

function wireOf({ read, rows }: Answered): unknown {
  switch (read.what) {
    case "summary":
      return summaryWire(rows as RowsOf<"summary">);
    case "standing":
      return standingWire(rows as RowsOf<"standing">);
    case "health":
      return healthWire(rows as RowsOf<"health">);
    case "clusters":
      return list(rows as RowsOf<"clusters">, clusterWire);
    case "nodes":
      return list(rows as RowsOf<"nodes">, nodeWire);
    case "metrics":
      return list(rows as RowsOf<"metrics">, metricWire);
    case "series":
      return page(rows as RowsOf<"series">, seriesWire);
    case "one-series":
      return seriesWire(rows as RowsOf<"one-series">);
    case "points":
      return pointsWire(rows as RowsOf<"points">);
    case "anomalies":
      return page(rows as RowsOf<"anomalies">, anomalyWire);
    case "anomaly":
      return anomalyWire(rows as RowsOf<"anomaly">);
    case "explanation":
      return explanationWire((rows as RowsOf<"explanation">).explanation);
    case "alarms":
      return page(rows as RowsOf<"alarms">, alarmWire);
    case "findings":
      return page(rows as RowsOf<"findings">, findingWire);
    case "finding":
      return findingWire(rows as RowsOf<"finding">);
    case "scores":
      return scoresWire(rows as RowsOf<"scores">);
    case "rankings":
      return rankingWire(rows as RowsOf<"rankings">);
    case "calibration":
      return calibrationWire(read.range, rows as RowsOf<"calibration">);
    case "node-columns":
      return nodeColumnsWire(rows as RowsOf<"node-columns">);
    case "overview":
      return overviewWire(rows as RowsOf<"overview">);
    case "node-page":
      return nodePageWire(rows as RowsOf<"node-page">);
    case "metric-page":
      return metricPageWire(rows as RowsOf<"metric-page">);
  }
}

type RowsOf<What> = Extract<Answered, { readonly read: { readonly what: What } }>["rows"];

function list<Row>(rows: readonly Row[], wire: (row: Row) => unknown) {
  return { data: new Rows(rows, wire), nextCursor: null };
}

function page<Row>({ data, nextCursor }: Paged<Row>, wire: (row: Row) => unknown) {
  return { data: new Rows(data, wire), nextCursor: nextCursor ?? null };
}
