import { columnFacts } from "./column-facts.ts";
import type { CsvLayout } from "./layout.ts";
import type { CsvOptions } from "./read-options.ts";

/** A number column of at most this share of different values may tell series apart. */
const DISTINCT_SHARE = 0.5;

/**
 * Where instants repeat under one name, the one column of few numbers that tells the rows of an
 * instant apart becomes part of the name: a CPU, a port, a partition. Nothing where none does, or
 * where the caller said which columns identify a series.
 *
 * Cost: one set of the first rows per column of few numbers.
 */
export function withNumberTags(
  layout: CsvLayout,
  rows: readonly (readonly string[])[],
  options: CsvOptions,
): CsvLayout {
  if (options.by !== undefined || rows.length < 4) return layout;
  const { time, date, cluster, node, metric, tags } = layout;
  const named = [time, date, cluster, node, metric, ...tags].filter((column) => column >= 0);
  if (isUnique(rows, named)) return layout;
  const isLong = metric >= 0;
  const asValues = new Set(layout.values);
  const asNames = new Set(named);
  const candidates = layout.names.flatMap((_, column) => {
    const { kind, distinct, isRowNumber } = columnFacts(rows, column);
    const isFew = distinct > 1 && distinct <= rows.length * DISTINCT_SHARE && !isRowNumber;
    const isFree = !asNames.has(column) && (isLong ? !asValues.has(column) : asValues.size > 1);
    return kind === "number" && isFew && isFree ? [column] : [];
  });
  const [found, ...others] = candidates.filter((column) => isUnique(rows, [...named, column]));
  if (found === undefined || others.length > 0) return layout;
  const kept = layout.values.map((column) => column !== found);
  return {
    ...layout,
    tags: [...tags, found],
    values: layout.values.filter((_, k) => kept[k]),
    metricNames: layout.metricNames.filter((_, k) => kept[k]),
    metricFaults: layout.metricFaults.filter((_, k) => kept[k]),
    leftOut: layout.leftOut.filter(({ column }) => column !== found),
  };
}

/** Whether no two rows hold the same in these columns; a row in a hundred may be written twice. */
function isUnique(rows: readonly (readonly string[])[], columns: readonly number[]): boolean {
  const seen = new Set(rows.map((row) => columns.map((column) => row[column] ?? "").join("\0")));
  return rows.length - seen.size <= rows.length / 100;
}
