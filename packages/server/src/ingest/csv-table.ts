import { type CsvBatch, type CsvEntity, csvBatches } from "./csv.ts";
import { CsvError } from "./csv-error.ts";
import type { CsvLayout, CsvOptions } from "./csv-layout.ts";
import type { CsvSource } from "./csv-records.ts";
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
}

/**
 * Reads a file whole. Memory: 20 bytes and the time's text a row, 8 bytes a value, while reading
 * twice that.
 *
 * @throws CsvError as `csvBatches`, and for infinite values, which no detector can judge.
 */
export async function readCsvTable(source: CsvSource, options: CsvOptions): Promise<CsvTable> {
  const parts: Pick<CsvBatch, "timestampsMs" | "entityOf" | "values">[] = [];
  const stamps = new TextColumn();
  let newest: CsvBatch | undefined;
  for await (const batch of csvBatches(source, options)) {
    newest = batch;
    refuseInfinite(source.name, batch);
    for (const stamp of batch.stamps) stamps.push(stamp);
    const { timestampsMs, entityOf, values } = batch;
    parts.push({ timestampsMs, entityOf, values });
  }
  const { layout, entities } = newest!;
  const timestampsMs = new Float64Array(stamps.length);
  const entityOf = new Int32Array(stamps.length);
  const columns = layout.values.map(() => new Float64Array(stamps.length));
  let row = 0;
  for (const part of parts) {
    timestampsMs.set(part.timestampsMs, row);
    entityOf.set(part.entityOf, row);
    columns.forEach((column, k) => {
      for (let i = 0, at = k; at < part.values.length; i++, at += columns.length) {
        column[row + i] = part.values[at]!;
      }
    });
    row += part.timestampsMs.length;
  }
  const { name } = source;
  return { name, layout, rowCount: row, timestampsMs, stamps, entities, entityOf, columns };
}

function refuseInfinite(file: string, { layout, lines, values }: CsvBatch): void {
  const at = values.findIndex((value) => value === 1 / 0 || value === -1 / 0);
  if (at < 0) return;
  const width = layout.values.length;
  throw new CsvError(
    file,
    lines[Math.floor(at / width)]!,
    `an infinite value in column ${layout.metricNames[at % width]}`,
    "leave the field empty where there is no finite value",
  );
}
