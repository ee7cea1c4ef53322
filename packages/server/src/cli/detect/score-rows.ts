import { gzipSync } from "node:zlib";
import { firstAtOrAfter } from "@foreshock/core/fold";
import type { CsvTable } from "../../files/csv-table.ts";
import { writeOut } from "../terminal/output-file.ts";
import { csvCell } from "../terminal/spreadsheet-text.ts";
import type { ScoredEntity, ScoredSeries, ScoredTable } from "./score-table.ts";

const SCORE_HEADER = "timestamp,cluster,node,metric,score,expected,lower,upper,label";

/** Text is handed on in pieces of about this size. */
const PIECE_LENGTH = 1 << 20;

/**
 * A file's scores as CSV. For each row of the file in its order: one row per metric, and after the
 * last row of a step the node's own (empty metric) and the cluster's (empty node and metric). Times
 * are written as they came. `expected` is what the engine expected of this very point, `lower` and
 * `upper` bound the usual range; both are empty where not known. Scores carry 9 digits. Names that a
 * spreadsheet would take for a formula begin with a quote; hidden characters in them are shown.
 *
 * @param labelOf the label of a point of a series, by its place in time.
 */
export function* scoreRows(
  scored: ScoredTable,
  labelOf: (seriesIndex: number, place: number) => string,
): Generator<string> {
  const { table, series, placeOf } = scored;
  const width = table.columns.length;
  const keys = series.map(
    ({ series: one }) =>
      `,${csvCell(one.clusterId)},${csvCell(one.nodeId)},${csvCell(one.metricName)},`,
  );
  const stepRows = [...scored.nodes, ...scored.clusters].map((entity) => ({
    key: `,${csvCell(entity.cluster)},${csvCell(entity.node ?? "")},,`,
    entity,
  }));
  const stepsAfter = stepsByRow(
    stepRows.map(({ entity }) => entity),
    table.rowCount,
  );
  let text = `${SCORE_HEADER}\n`;
  for (let row = 0; row < table.rowCount; row++) {
    const stamp = csvCell(table.stamps.at(row));
    for (let k = 0; k < width; k++) {
      const index = table.entityOf[row]! * width + k;
      const { score, expected, lower, upper } = series[index]!.points;
      const place = placeIn(series[index]!, table, row, placeOf[row]!);
      if (place < 0) {
        text += `${stamp + keys[index]!}0,,,,normal\n`;
        continue;
      }
      text += `${stamp + keys[index]! + scoreText(score[place]!)},${numberText(expected[place]!)},`;
      text += `${numberText(lower[place]!)},${numberText(upper[place]!)},${labelOf(index, place)}\n`;
    }
    for (let at = stepsAfter.first[row]!; at >= 0; at = stepsAfter.next[at]!) {
      const { key, entity } = stepRows[stepsAfter.entity[at]!]!;
      text += `${stamp}${key}${scoreText(entity.score[stepsAfter.step[at]!]!)},,,,\n`;
    }
    if (text.length >= PIECE_LENGTH) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

/**
 * The place of a row in a series: that in its entity, or where series were joined by time the one it
 * has in its own points; -1 where the row is no point of it.
 */
function placeIn(
  { series, rows, isJoined }: ScoredSeries,
  table: CsvTable,
  row: number,
  place: number,
) {
  if (!isJoined) return place;
  const counts = table.twice?.get(row) ?? row;
  const atMs = table.timestampsMs[counts]!;
  let own = firstAtOrAfter(series.timestamps, atMs);
  while (own < rows.length && rows[own] !== counts && series.timestamps[own] === atMs) own += 1;
  return rows[own] === counts ? own : -1;
}

/** Writes pieces of text to a file, gzip where its name says so. What is there already: see `writeOut`. */
export function writePieces(path: string, pieces: Iterable<string>): void {
  writeOut(path, bytesOf(pieces, path.endsWith(".gz")));
}

function* bytesOf(pieces: Iterable<string>, packed: boolean): Generator<Uint8Array> {
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    // Gzip members may follow one another.
    yield packed ? gzipSync(bytes) : bytes;
  }
}

/** Which steps are written after which row, as linked lists: nodes before clusters. */
function stepsByRow(entities: readonly ScoredEntity[], rowCount: number) {
  const stepCount = entities.reduce((sum, { score }) => sum + score.length, 0);
  const first = new Int32Array(rowCount).fill(-1);
  const next = new Int32Array(stepCount).fill(-1);
  const entity = new Int32Array(stepCount);
  const step = new Int32Array(stepCount);
  let at = stepCount;
  for (let e = entities.length - 1; e >= 0; e--) {
    const { lastRow } = entities[e]!.steps;
    for (let i = lastRow.length - 1; i >= 0; i--) {
      at -= 1;
      entity[at] = e;
      step[at] = i;
      next[at] = first[lastRow[i]!]!;
      first[lastRow[i]!] = at;
    }
  }
  return { first, next, entity, step };
}

const SCORE_DIGITS = 1e9;

function scoreText(score: number): string {
  return String(Math.round(score * SCORE_DIGITS) / SCORE_DIGITS);
}

const DIGITS = 9;
const POWERS = Array.from({ length: 23 }, (_, k) => 10 ** k);

/** Nine significant digits; empty where not known. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return "";
  if (value === 0) return "0";
  const places = DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  // Powers of ten up to 22 are exact, so that rounding by them is too.
  if (places < 0 || places > 22) return String(Number(value.toPrecision(DIGITS)));
  const power = POWERS[places]!;
  return String(Math.round(value * power) / power);
}
