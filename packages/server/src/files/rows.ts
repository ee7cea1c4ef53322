import { CsvError, shown } from "./csv-error.ts";
import { DEFAULT_CLUSTER, DEFAULT_NODE } from "./default-names.ts";
import { type CsvEntity, EntityIndex } from "./entities.ts";
import type { CsvLayout } from "./layout.ts";
import type { CsvOptions } from "./read-options.ts";
import type { TimeReading } from "./time/time-column.ts";
import type { NumberReader } from "./value/number-reader.ts";

/** Some rows in file order. The columns are the caller's to keep. */
export interface CsvBatch {
  readonly layout: CsvLayout;
  readonly rowCount: number;
  readonly timestampsMs: Float64Array;
  /** The time column as it stands in the file. */
  readonly stamps: readonly string[];
  /** Index into `entities`, one per row. */
  readonly entityOf: Int32Array;
  /** All entities met so far in the file: grows from batch to batch, an index never changes. */
  readonly entities: readonly CsvEntity[];
  /** Row-major, rowCount x layout.values.length; NaN = missing. */
  readonly values: Float64Array;
  /** Line of each row's first character. */
  readonly lines: Int32Array;
}

/** How the fields of a row are read. */
export interface RowReaders {
  readonly times: TimeReading;
  readonly numbers: NumberReader;
}

/** Rows as columns. Whoever adds them looks after the names that cannot be used. */
export class CsvRows {
  readonly #name: string;
  readonly #layout: CsvLayout;
  readonly #readers: RowReaders;
  readonly #entities: EntityIndex;
  readonly #faultyMetric: number;
  #stamps: string[] = [];
  #timestampsMs: number[] = [];
  #entityOf: number[] = [];
  #values: number[] = [];
  #lines: number[] = [];

  constructor(name: string, layout: CsvLayout, readers: RowReaders, options: CsvOptions) {
    this.#name = name;
    this.#layout = layout;
    this.#readers = readers;
    this.#faultyMetric =
      layout.metric >= 0 ? -1 : layout.metricFaults.findIndex((fault) => fault !== undefined);
    const { cluster = DEFAULT_CLUSTER, node = DEFAULT_NODE } = options;
    this.#entities = new EntityIndex(layout, cluster, node);
  }

  get valueCount(): number {
    return this.#values.length;
  }

  /** All entities met so far. */
  get entities(): readonly CsvEntity[] {
    return this.#entities.all;
  }

  add(fields: readonly string[], line: number): void {
    const layout = this.#layout;
    if (fields.length !== layout.columnCount) throw this.#wrongWidth(fields.length, line);
    const clock = fields[layout.time]!;
    const stamp = layout.date < 0 ? clock : `${fields[layout.date]!} ${clock}`;
    const at = this.#readers.times.read(stamp);
    if (Number.isNaN(at)) throw this.#wrongTime(stamp, line);
    const entity = this.#entities.of(fields);
    if (entity < 0) {
      const problem = "the name of the node or metric is empty";
      throw new CsvError(this.#name, line, problem, "write the name, or leave the line out");
    }
    this.#addValues(fields, line);
    this.#stamps.push(stamp);
    this.#timestampsMs.push(at);
    this.#entityOf.push(entity);
    this.#lines.push(line);
  }

  #addValues(fields: readonly string[], line: number): void {
    const { values } = this.#layout;
    const { numbers } = this.#readers;
    for (let k = 0; k < values.length; k++) {
      const value = numbers.read(fields[values[k]!]!, k, line);
      if (typeof value !== "number") {
        throw new CsvError(this.#name, line, value.problem, value.remedy);
      }
      this.#values.push(value);
    }
  }

  /** @throws CsvError where a name that was met so far cannot be used. */
  demandUsable(line: number): void {
    const fault = this.#entities.fault ?? this.#layout.metricFaults[this.#faultyMetric];
    if (fault === undefined) return;
    const problem = `a name cannot be used: ${fault}`;
    throw new CsvError(this.#name, line, problem, "shorten or correct it");
  }

  flush(): CsvBatch {
    const batch = {
      layout: this.#layout,
      rowCount: this.#timestampsMs.length,
      timestampsMs: new Float64Array(this.#timestampsMs),
      stamps: this.#stamps,
      entityOf: new Int32Array(this.#entityOf),
      entities: this.#entities.all,
      values: new Float64Array(this.#values),
      lines: new Int32Array(this.#lines),
    };
    this.#stamps = [];
    this.#timestampsMs = [];
    this.#entityOf = [];
    this.#values = [];
    this.#lines = [];
    return batch;
  }

  #wrongTime(stamp: string, line: number): CsvError {
    const why = this.#readers.times.whyNot?.(stamp);
    return new CsvError(
      this.#name,
      line,
      why?.problem ?? `"${shown(stamp)}" is not a valid time`,
      why?.remedy ??
        "write epoch seconds or milliseconds, RFC 3339, or YYYY-MM-DD HH:MM:SS (UTC), or say how it is written with --time-format",
    );
  }

  #wrongWidth(count: number, line: number): CsvError {
    const expected = this.#layout.columnCount;
    const remedy =
      count < expected
        ? "add the missing value or an empty field"
        : "remove the extra field, or quote a field that holds the separator";
    const problem = `${count} columns, the header has ${expected}`;
    return new CsvError(this.#name, line, problem, remedy);
  }
}
