import { faultOf, METRIC_BYTES_MAX, NAME_BYTES_MAX } from "../platform/place-name.ts";
import { CsvError, shown } from "./csv-error.ts";
import { type CsvLayout, type CsvOptions, csvLayout } from "./csv-layout.ts";
import { type CsvSource, readCsvRecords } from "./csv-records.ts";
import { TimeReader } from "./csv-time.ts";
import { csvValue } from "./csv-value.ts";

/** Whom rows belong to. In a narrow or wide file there is one, without a metric of its own. */
export interface CsvEntity {
  readonly cluster: string;
  readonly node: string;
  /** Set where a column names the metric. */
  readonly metric: string | undefined;
  /** Why these names cannot be used; undefined where they can. */
  readonly fault: string | undefined;
}

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
  /** Row-major, rowCount x layout.values.length; NaN = missing, infinities as they came. */
  readonly values: Float64Array;
  /** Line of each row's first character. */
  readonly lines: Int32Array;
}

export const DEFAULT_CLUSTER = "default";
export const DEFAULT_NODE = "node";
/** Values in a batch, about: half a megabyte, small enough to hold many uploads at once. */
const BATCH_VALUES = 65_536;

/**
 * Reads a CSV row by row in batches of bounded size; the file may be far larger than memory. What
 * layouts and times are understood is said at `CsvFormat` and `TimeReader`.
 *
 * @throws CsvError naming file, line and remedy for the first row that cannot be read.
 */
export async function* csvBatches(
  source: CsvSource,
  options: CsvOptions = {},
): AsyncGenerator<CsvBatch> {
  let builder: CsvRows | undefined;
  const take = (fields: string[], line: number): void => {
    if (builder === undefined) {
      builder = new CsvRows(source.name, csvLayout(fields, options, source.name, line), options);
      builder.demandUsable(line);
    } else {
      builder.add(fields, line);
      builder.demandUsable(line);
    }
  };
  for await (const _ of readCsvRecords(source, take)) {
    if (builder !== undefined && builder.valueCount >= BATCH_VALUES) yield builder.flush();
  }
  if (builder === undefined) {
    throw csvIsEmpty(source.name);
  }
  const last = (builder as CsvRows).flush();
  if (last.rowCount > 0 || last.entities.length === 0) yield last;
}

export function csvIsEmpty(name: string): CsvError {
  return new CsvError(
    name,
    0,
    "the file is empty",
    "begin it with a header line such as `timestamp,value`",
  );
}

/** Rows as columns. Whoever adds them looks after the names that cannot be used. */
export class CsvRows {
  readonly #name: string;
  readonly #layout: CsvLayout;
  readonly #times: TimeReader;
  readonly #entities: EntityIndex;
  readonly #faultyMetric: number;
  #stamps: string[] = [];
  #timestampsMs: number[] = [];
  #entityOf: number[] = [];
  #values: number[] = [];
  #lines: number[] = [];

  constructor(name: string, layout: CsvLayout, options: CsvOptions) {
    this.#name = name;
    this.#layout = layout;
    this.#faultyMetric =
      layout.metric >= 0 ? -1 : layout.metricFaults.findIndex((fault) => fault !== undefined);
    this.#times = new TimeReader(options.timeUnit);
    this.#entities = new EntityIndex(
      layout,
      options.cluster ?? DEFAULT_CLUSTER,
      options.node ?? DEFAULT_NODE,
    );
  }

  get valueCount(): number {
    return this.#values.length;
  }

  add(fields: string[], line: number): void {
    const layout = this.#layout;
    if (fields.length !== layout.columnCount) throw this.#wrongWidth(fields.length, line);
    const stamp = fields[layout.time]!;
    const settled = this.#times.settled;
    const at = this.#times.read(stamp);
    if (!settled && this.#times.settled) this.#readAgain();
    if (Number.isNaN(at)) {
      throw new CsvError(
        this.#name,
        line,
        `"${shown(stamp)}" is not a valid time`,
        "write epoch seconds or milliseconds, RFC 3339, or YYYY-MM-DD HH:MM:SS (UTC)",
      );
    }
    const entity = this.#entities.of(fields);
    if (entity < 0) {
      throw new CsvError(
        this.#name,
        line,
        "the name of the node or metric is empty",
        "write the name, or leave the line out",
      );
    }
    this.#addValues(fields, line);
    this.#stamps.push(stamp);
    this.#timestampsMs.push(at);
    this.#entityOf.push(entity);
    this.#lines.push(line);
  }

  /** The first step told the unit of the numbers before it. */
  #readAgain(): void {
    this.#timestampsMs = this.#stamps.map((stamp) => this.#times.read(stamp));
  }

  #addValues(fields: string[], line: number): void {
    const { values, metricNames } = this.#layout;
    for (let k = 0; k < values.length; k++) {
      const text = fields[values[k]!]!;
      const value = csvValue(text);
      if (value === undefined) {
        throw new CsvError(
          this.#name,
          line,
          `"${shown(text)}" in column ${shown(metricNames[k]!)} is not a number`,
          "write a number such as 12.5, or leave the field empty where the value is missing",
        );
      }
      this.#values.push(value);
    }
  }

  /** @throws CsvError where a name that was met so far cannot be used. */
  demandUsable(line: number): void {
    const fault = this.#entities.fault ?? this.#layout.metricFaults[this.#faultyMetric];
    if (fault === undefined) return;
    throw new CsvError(
      this.#name,
      line,
      `a name cannot be used: ${fault}`,
      "shorten or correct it",
    );
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

  #wrongWidth(count: number, line: number): CsvError {
    const expected = this.#layout.columnCount;
    return new CsvError(
      this.#name,
      line,
      `${count} columns, the header has ${expected}`,
      count < expected
        ? "add the missing value or an empty field"
        : "remove the extra field, or quote a field that holds the separator",
    );
  }
}

/** Numbers entities in the order in which they appear. */
class EntityIndex {
  readonly all: CsvEntity[] = [];
  /** Of the first entity whose names cannot be used. */
  fault: string | undefined;
  readonly #layout: CsvLayout;
  readonly #cluster: string;
  readonly #node: string;
  /** No column names anything: all rows belong to one entity. */
  readonly #alone: boolean;
  readonly #index = new Map<string, Map<string, Map<string, number>>>();

  constructor(layout: CsvLayout, cluster: string, node: string) {
    this.#layout = layout;
    this.#cluster = cluster;
    this.#node = node;
    this.#alone = layout.cluster < 0 && layout.node < 0 && layout.metric < 0;
  }

  /** The entity of a row; -1 where the name of a node or metric is empty. */
  of(fields: readonly string[]): number {
    if (this.#alone && this.all.length === 1) return 0;
    const { cluster: clusterAt, node: nodeAt, metric: metricAt } = this.#layout;
    const cluster = (clusterAt < 0 ? "" : fields[clusterAt]!.trim()) || this.#cluster;
    const node = nodeAt < 0 ? this.#node : fields[nodeAt]!.trim();
    const metric = metricAt < 0 ? "" : fields[metricAt]!.trim();
    if (node === "" || (metricAt >= 0 && metric === "")) return -1;
    const known = this.#index.get(cluster)?.get(node)?.get(metric);
    return known ?? this.#add(unshared(cluster), unshared(node), unshared(metric));
  }

  #add(cluster: string, node: string, metric: string): number {
    const nodes = this.#index.get(cluster) ?? new Map<string, Map<string, number>>();
    const metrics = nodes.get(node) ?? new Map<string, number>();
    this.#index.set(cluster, nodes.set(node, metrics.set(metric, this.all.length)));
    const hasMetric = this.#layout.metric >= 0;
    const fault =
      faultOf("cluster", cluster, NAME_BYTES_MAX) ??
      faultOf("node", node, NAME_BYTES_MAX) ??
      (hasMetric ? faultOf("metric", metric, METRIC_BYTES_MAX) : undefined);
    this.fault ??= fault;
    this.all.push({ cluster, node, metric: hasMetric ? metric : undefined, fault });
    return this.all.length - 1;
  }
}

/** A copy that does not keep the chunk alive from which it was cut. */
function unshared(text: string): string {
  return Buffer.from(text).toString();
}
