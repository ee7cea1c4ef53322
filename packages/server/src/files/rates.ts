import { SECOND_MS } from "@foreshock/core/fold";
import { isDeclared, NO_COUNTERS, soundsCumulative } from "./counter-patterns.ts";
import { CounterShape } from "./counter-shape.ts";
import type { CsvTable } from "./csv-table.ts";
import { metricNameOf } from "./entities.ts";

/** A table in which counters are rates. */
export interface RatedTable {
  readonly table: CsvTable;
  /** What to tell people: which metrics were judged as rates, and why. */
  readonly remarks: readonly string[];
}

const SHOWN_MAX = 5;

/**
 * Turns cumulative counters of a table into rates per second, as the server does: those that the
 * patterns name, and without patterns those whose values only grow. The first point and each reset
 * are missing points.
 *
 * Cost: one look at the values; a copy of the columns that hold counters.
 */
export function ratedTable(table: CsvTable, patterns: readonly string[] = []): RatedTable {
  if (patterns.includes(NO_COUNTERS)) return { table, remarks: [] };
  const rowsOf = rowsByTime(table);
  const columns = [...table.columns];
  const names = new Set<string>();
  table.entities.forEach((entity, index) => {
    const rows = rowsOf[index]!;
    table.columns.forEach((values, k) => {
      const name = metricNameOf(table.layout, entity, k);
      if (!isCounterColumn(name, values, rows, patterns)) return;
      names.add(name);
      if (columns[k] === values) columns[k] = values.slice();
      writeRates(table, values, rows, columns[k]!);
    });
  });
  if (names.size === 0) return { table, remarks: [] };
  for (const [row, counts] of table.twice ?? []) {
    columns.forEach((column) => {
      column[row] = column[counts]!;
    });
  }
  return { table: { ...table, columns }, remarks: [counterRemark([...names], patterns)] };
}

/** What to tell people about metrics that are judged as rates. */
export function counterRemark(names: readonly string[], patterns: readonly string[]): string {
  const some = names.slice(0, SHOWN_MAX).join(", ");
  const more = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : "";
  const why =
    patterns.length > 0
      ? "as --counter says"
      : "because the values only grow (--counter none keeps them as they are)";
  return `${some}${more}: a counter, judged as a rate per second, ${why}`;
}

function isCounterColumn(
  name: string,
  values: Float64Array,
  rows: readonly number[],
  patterns: readonly string[],
): boolean {
  if (patterns.length > 0) return isDeclared(name, patterns);
  const shape = new CounterShape();
  for (const row of rows) {
    if (shape.isDecided) break;
    shape.push(values[row]!);
  }
  return shape.isCounter(soundsCumulative(name));
}

function writeRates(
  { timestampsMs }: CsvTable,
  values: Float64Array,
  rows: readonly number[],
  out: Float64Array,
): void {
  let last = Number.NaN;
  let lastMs = Number.NaN;
  for (const row of rows) {
    const total = values[row]!;
    if (Number.isNaN(total)) continue;
    const seconds = (timestampsMs[row]! - lastMs) / SECOND_MS;
    const grown = total - last;
    out[row] = grown >= 0 && seconds > 0 ? grown / seconds : Number.NaN;
    last = total;
    lastMs = timestampsMs[row]!;
  }
}

/** Rows of each entity in the order of time, each instant written twice once. */
function rowsByTime({ entities, entityOf, rowCount, timestampsMs, twice }: CsvTable): number[][] {
  const rowsOf = entities.map((): number[] => []);
  for (let row = 0; row < rowCount; row++) {
    if (twice?.has(row) !== true) rowsOf[entityOf[row]!]!.push(row);
  }
  for (const rows of rowsOf) {
    const inOrder = rows.every(
      (row, i) => i === 0 || timestampsMs[rows[i - 1]!]! <= timestampsMs[row]!,
    );
    if (!inOrder) rows.sort((a, b) => timestampsMs[a]! - timestampsMs[b]! || a - b);
  }
  return rowsOf;
}
