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
  standingWire,
  summaryWire,
} from "./rows.ts";

/** Items of a long list that are made and written in one piece: a millisecond or so. */
const PIECE_ITEMS = 1000;
/** Of numbers, which are short. */
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
    if (value instanceof Rows) yield* listPieces(name, value);
    else if (isLong(value)) yield* listPieces(name, new Rows(value, (item) => item, PIECE_NUMBERS));
    else yield name + JSON.stringify(value);
  }
  yield before === "{" ? "{}" : "}";
}

/** Rows that are put into the words of the API when they are written. */
class Rows<Row> {
  readonly rows: readonly Row[];
  readonly wire: (row: Row) => unknown;
  readonly atOnce: number;

  constructor(rows: readonly Row[], wire: (row: Row) => unknown, atOnce = PIECE_ITEMS) {
    this.rows = rows;
    this.wire = wire;
    this.atOnce = atOnce;
  }
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > PIECE_NUMBERS;
}

function* listPieces<Row>(name: string, { rows, wire, atOnce }: Rows<Row>): Generator<string> {
  for (let from = 0; from < rows.length || from === 0; from += atOnce) {
    const piece = JSON.stringify(rows.slice(from, from + atOnce).map((row) => wire(row)));
    yield `${from === 0 ? `${name}[` : ","}${piece.slice(1, -1)}`;
  }
  yield "]";
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
  }
}

type RowsOf<What> = Extract<Answered, { readonly read: { readonly what: What } }>["rows"];

function list<Row>(rows: readonly Row[], wire: (row: Row) => unknown) {
  return { data: new Rows(rows, wire), nextCursor: null };
}

function page<Row>({ data, nextCursor }: Paged<Row>, wire: (row: Row) => unknown) {
  return { data: new Rows(data, wire), nextCursor: nextCursor ?? null };
}
