import type { FileDescription } from "./description.ts";
import type { CsvEntity } from "./entities.ts";
import type { CsvLayout } from "./layout.ts";
import type { CsvOptions } from "./read-options.ts";
import { type CsvSource, csvBatches } from "./records.ts";
import { countsOf, demandOneSeries, type Repeats, repeatRemarks, repeatsIn } from "./repeats.ts";
import type { CsvBatch } from "./rows.ts";
import { TextColumn } from "./text-column.ts";

/** A whole CSV in memory, rows in file order. */
export interface CsvTable {
  readonly name: string;
  readonly layout: CsvLayout;
  readonly rowCount: number;
  readonly timestampsMs: Float64Array;
  /** The time column as it stands in the file. */
  readonly stamps: TextColumn;
  readonly entities: readonly CsvEntity[];
  /** Index into `entities`, one per row. */
  readonly entityOf: Int32Array;
  /** One column per value column of the layout; NaN = missing. */
  readonly columns: readonly Float64Array[];
  /** Rows that are written twice, with the row that counts for both. */
  readonly twice?: ReadonlyMap<number, number> | undefined;
}

/** A table and how it was read. */
export interface ReadTable {
  readonly table: CsvTable;
  readonly description: FileDescription;
}

/**
 * Reads a file whole. Memory: 24 bytes and the time's text a row, 8 bytes a value, while reading
 * twice that.
 *
 * @throws CsvError as `csvBatches`, and for rows of several series that nothing tells apart.
 */
export async function readCsvTable(source: CsvSource, options: CsvOptions): Promise<CsvTable> {
  return (await readTable(source, options)).table;
}

/** As `readCsvTable`, with how it was read. */
export async function readTable(source: CsvSource, options: CsvOptions): Promise<ReadTable> {
  const parts: Pick<CsvBatch, "timestampsMs" | "entityOf" | "values" | "lines">[] = [];
  const stamps = new TextColumn();
  let newest: CsvBatch | undefined;
  let description: FileDescription | undefined;
  const described = (one: FileDescription) => {
    description = one;
  };
  for await (const batch of csvBatches(source, options, described)) {
    newest = batch;
    for (const stamp of batch.stamps) stamps.push(stamp);
    const { timestampsMs, entityOf, values, lines } = batch;
    parts.push({ timestampsMs, entityOf, values, lines });
  }
  const { layout, entities } = newest!;
  const { name } = source;
  const rowCount = stamps.length;
  const table = { name, layout, rowCount, stamps, entities, ...joined(parts, layout, rowCount) };
  const repeats = repeatsOf(table);
  const leftOut = layout.leftOut.map(({ column }) => layout.names[column]!).filter(Boolean);
  const counts = countsOf(repeats);
  const line = table.lines[repeats.differing[0] ?? 0] ?? 0;
  demandOneSeries(name, counts, rowCount, { line, leftOut });
  const remarks = [...description!.remarks, ...repeatRemarks(counts)];
  const { twice } = repeats;
  return { table: { ...table, twice }, description: { ...description!, remarks } };
}

function repeatsOf(table: CsvTable): Repeats {
  return repeatsIn(table, (a, b) => isSame(table.columns, a, b));
}

function joined(
  parts: readonly Pick<CsvBatch, "timestampsMs" | "entityOf" | "values" | "lines">[],
  layout: CsvLayout,
  rowCount: number,
) {
  const timestampsMs = new Float64Array(rowCount);
  const entityOf = new Int32Array(rowCount);
  const lines = new Int32Array(rowCount);
  const columns = layout.values.map(() => new Float64Array(rowCount));
  let row = 0;
  for (const part of parts) {
    timestampsMs.set(part.timestampsMs, row);
    entityOf.set(part.entityOf, row);
    lines.set(part.lines, row);
    columns.forEach((column, k) => {
      for (let i = 0, at = k; at < part.values.length; i++, at += columns.length) {
        column[row + i] = part.values[at]!;
      }
    });
    row += part.timestampsMs.length;
  }
  return { timestampsMs, entityOf, lines, columns };
}

function isSame(columns: readonly Float64Array[], row: number, other: number): boolean {
  return columns.every((column) => Object.is(column[row], column[other]));
}
