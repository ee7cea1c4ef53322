import type { Paged } from "../platform/platform.ts";
import type { Answered } from "../platform/read.ts";
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
  summaryWire,
} from "./rows.ts";

/** The body of the reply to a question, as JSON in UTF-8. Cost: O(size of the reply). */
export function answerBytes(answered: Answered): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(wireOf(answered)));
}

function wireOf({ read, rows }: Answered): unknown {
  switch (read.what) {
    case "summary":
      return summaryWire(rows as Rows<"summary">);
    case "health":
      return healthWire(rows as Rows<"health">);
    case "clusters":
      return list(rows as Rows<"clusters">, clusterWire);
    case "nodes":
      return list(rows as Rows<"nodes">, nodeWire);
    case "metrics":
      return list(rows as Rows<"metrics">, metricWire);
    case "series":
      return page(rows as Rows<"series">, seriesWire);
    case "one-series":
      return seriesWire(rows as Rows<"one-series">);
    case "points":
      return pointsWire(rows as Rows<"points">);
    case "anomalies":
      return page(rows as Rows<"anomalies">, anomalyWire);
    case "anomaly":
      return anomalyWire(rows as Rows<"anomaly">);
    case "explanation":
      return explanationWire((rows as Rows<"explanation">).explanation);
    case "alarms":
      return page(rows as Rows<"alarms">, alarmWire);
    case "findings":
      return page(rows as Rows<"findings">, findingWire);
    case "finding":
      return findingWire(rows as Rows<"finding">);
    case "scores":
      return scoresWire(rows as Rows<"scores">);
    case "rankings":
      return rankingWire(rows as Rows<"rankings">);
    case "calibration":
      return calibrationWire(read.range, rows as Rows<"calibration">);
  }
}

type Rows<What> = Extract<Answered, { readonly read: { readonly what: What } }>["rows"];

function list<Row, Wire>(rows: readonly Row[], wire: (row: Row) => Wire) {
  return { data: rows.map(wire), nextCursor: null };
}

function page<Row, Wire>({ data, nextCursor }: Paged<Row>, wire: (row: Row) => Wire) {
  return { data: data.map(wire), nextCursor: nextCursor ?? null };
}
