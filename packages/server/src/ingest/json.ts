import type { IngestSeries } from "../platform/ingest-series.ts";
import { GrowingColumns, PointBudget } from "./growing-columns.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { JsonCursor } from "./json-cursor.ts";
import {
  LABEL_NAME_BYTES_MAX,
  LABEL_VALUE_BYTES_MAX,
  LABELS_MAX,
  METRIC_BYTES_MAX,
  NAME_BYTES_MAX,
  nameFault,
  tooLong,
} from "./place-name.ts";

const NEWLINE = 0x0a;

/**
 * Reads `{"series":[{"cluster","node","metric","metadata"?,"counter"?,"points":[[epochMs,value],...]}]}`.
 * A value of null is a missing point (NaN). Times and values are not judged here.
 *
 * @throws IngestProblem "malformed_json" | "invalid_series" with a JSON pointer | "body_too_large".
 */
export function readJson(bytes: Buffer, pointsMax: number): IngestSeries[] {
  const cursor = new JsonCursor(bytes, afterMark(bytes));
  const budget = new PointBudget(pointsMax);
  const series: IngestSeries[] = [];
  cursor.expect("{");
  const key = cursor.peek() === 0x7d ? "" : cursor.string();
  if (key !== "series") {
    throw invalid("", 'the body is {"series":[...]}', 'name the one key "series"');
  }
  cursor.expect(":");
  cursor.expect("[");
  if (!cursor.take("]")) {
    do {
      if (series.length >= pointsMax) budget.spend(pointsMax + 1);
      series.push(readSeries(cursor, budget, `/series/${series.length}`));
    } while (cursor.take(","));
    cursor.expect("]");
  }
  cursor.expect("}");
  cursor.end();
  return series;
}

/** Reads one series object a line; blank lines are skipped. Pointers begin with `line 4`. */
export function readNdjson(bytes: Buffer, pointsMax: number): IngestSeries[] {
  const budget = new PointBudget(pointsMax);
  const series: IngestSeries[] = [];
  let start = afterMark(bytes);
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const cursor = new JsonCursor(bytes, start, end, `line ${line}: `);
    if (cursor.peek() !== -1) {
      if (series.length >= pointsMax) budget.spend(pointsMax + 1);
      series.push(readSeries(cursor, budget, `line ${line} `));
      cursor.end();
    }
    start = end + 1;
  }
  return series;
}

interface Parts {
  cluster?: string;
  node?: string;
  metric?: string;
  metadata?: Record<string, string>;
  counter?: boolean;
  points?: GrowingColumns;
}

const KEYS = ["cluster", "node", "metric", "metadata", "counter", "points"] as const;

function readSeries(cursor: JsonCursor, budget: PointBudget, pointer: string): IngestSeries {
  const parts: Parts = {};
  if (cursor.peek() !== 0x7b) throw wrongKind(cursor, pointer, "a series is an object", EXAMPLE);
  cursor.expect("{");
  if (!cursor.take("}")) {
    do {
      readPart(cursor, parts, budget, pointer);
    } while (cursor.take(","));
    cursor.expect("}");
  }
  const { cluster, node, metric, metadata, counter, points } = parts;
  if (cluster === undefined || node === undefined || metric === undefined || points === undefined) {
    const missing = (["cluster", "node", "metric", "points"] as const).filter((key) => !parts[key]);
    throw invalid(pointer, `${missing.join(", ")} missing`, EXAMPLE);
  }
  return {
    clusterId: cluster,
    nodeId: node,
    metricName: metric,
    ...(metadata === undefined ? {} : { metadata }),
    ...(counter === true ? { counter } : {}),
    ...points.cut(),
  };
}

const EXAMPLE = 'e.g. {"cluster":"eu","node":"n1","metric":"cpu","points":[[1764000000000,0.7]]}';

function readPart(cursor: JsonCursor, parts: Parts, budget: PointBudget, pointer: string): void {
  const key = cursor.string() as (typeof KEYS)[number];
  const at = `${pointer}/${key}`;
  if (!KEYS.includes(key)) {
    throw invalid(pointer, `"${key.slice(0, 40)}" is no key of a series`, `use ${KEYS.join(", ")}`);
  }
  if (parts[key] !== undefined) throw invalid(at, "is given twice", "give each key once");
  cursor.expect(":");
  if (key === "points") parts.points = readPoints(cursor, budget, at);
  else if (key === "metadata") parts.metadata = readMetadata(cursor, at);
  else if (key === "counter") parts.counter = readBoolean(cursor, at);
  else parts[key] = readName(cursor, key === "metric" ? METRIC_BYTES_MAX : NAME_BYTES_MAX, at);
}

function readName(cursor: JsonCursor, bytesMax: number, pointer: string): string {
  const name = readText(cursor, pointer);
  const fault = nameFault(name, bytesMax);
  if (fault !== undefined) throw invalid(pointer, fault, "give a short readable name");
  return name;
}

function readText(cursor: JsonCursor, pointer: string): string {
  if (cursor.peek() !== 0x22) throw wrongKind(cursor, pointer, "is no string", "put it in quotes");
  return cursor.string();
}

function readBoolean(cursor: JsonCursor, pointer: string): boolean {
  if (cursor.takeWord("true")) return true;
  if (cursor.takeWord("false")) return false;
  throw wrongKind(cursor, pointer, "is no boolean", "give true or false");
}

function readMetadata(cursor: JsonCursor, pointer: string): Record<string, string> {
  if (cursor.peek() !== 0x7b)
    throw wrongKind(cursor, pointer, "is no object", 'e.g. {"unit":"ms"}');
  cursor.expect("{");
  const entries = new Map<string, string>();
  if (!cursor.take("}")) {
    do {
      const name = cursor.string();
      const at = `${pointer}/${name.slice(0, 40)}`;
      const fault = nameFault(name, LABEL_NAME_BYTES_MAX);
      if (fault !== undefined) throw invalid(at, `the name ${fault}`, "give a short readable name");
      cursor.expect(":");
      const value = readText(cursor, at);
      if (tooLong(value, LABEL_VALUE_BYTES_MAX)) {
        throw invalid(at, `is longer than ${LABEL_VALUE_BYTES_MAX} bytes`, "shorten the value");
      }
      entries.set(name, value);
      if (entries.size > LABELS_MAX) {
        throw invalid(pointer, `holds more than ${LABELS_MAX} entries`, "leave some out");
      }
    } while (cursor.take(","));
    cursor.expect("}");
  }
  return Object.fromEntries(entries);
}

const POINT_HINT = "a point is [epoch milliseconds, value]; null stands for a missing value";

function readPoints(cursor: JsonCursor, budget: PointBudget, pointer: string): GrowingColumns {
  if (cursor.peek() !== 0x5b) throw wrongKind(cursor, pointer, "is no array", POINT_HINT);
  cursor.expect("[");
  const points = new GrowingColumns();
  if (cursor.take("]")) return points;
  do {
    budget.spend(1);
    if (cursor.plainPair()) points.push(cursor.first, cursor.second);
    else readPoint(cursor, points, pointer);
  } while (cursor.take(","));
  cursor.expect("]");
  return points;
}

function readPoint(cursor: JsonCursor, points: GrowingColumns, pointer: string): void {
  const at = (): string => `${pointer}/${points.count}`;
  if (!cursor.take("[")) throw wrongKind(cursor, at(), "is no pair", POINT_HINT);
  if (!startsNumber(cursor.peek())) {
    throw wrongKind(cursor, at(), "the time is not a number", POINT_HINT);
  }
  const atMs = cursor.number();
  if (cursor.peek() === 0x5d) throw invalid(at(), "has no value", POINT_HINT);
  cursor.expect(",");
  let value = Number.NaN;
  if (!cursor.takeWord("null")) {
    if (!startsNumber(cursor.peek())) {
      throw wrongKind(cursor, at(), "the value is neither number nor null", POINT_HINT);
    }
    value = cursor.number();
  }
  if (cursor.peek() === 0x2c) throw invalid(at(), "holds more than time and value", POINT_HINT);
  cursor.expect("]");
  points.push(atMs, value);
}

function startsNumber(byte: number): boolean {
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39);
}

/** Some programs put a byte order mark before their JSON. */
function afterMark(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** Good JSON of the wrong kind, or no JSON at all. */
function wrongKind(
  cursor: JsonCursor,
  pointer: string,
  message: string,
  hint: string,
): IngestProblem {
  return cursor.startsValue() ? invalid(pointer, message, hint) : cursor.unexpected("a value");
}

function invalid(pointer: string, message: string, hint: string): IngestProblem {
  return new IngestProblem("invalid_series", message, hint, pointer.trim());
}
