import { nameOfPlace } from "../platform/packed-batch.ts";
import { BodyBudget, type DecodeLimits } from "./body-budget.ts";
import { type CsvBatch, CsvRows, csvIsEmpty } from "./csv.ts";
import { CsvError } from "./csv-error.ts";
import { csvLayout } from "./csv-layout.ts";
import { runsOfBatch } from "./csv-series.ts";
import { CsvSplitter, CsvText } from "./csv-splitter.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { type DecodedBody, PackedBuilder } from "./packed-builder.ts";

export interface CsvBodyOptions {
  /** Names where no column gives them. */
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
}

const NAME = "body";
const CHUNK_BYTES = 256 * 1024;
/** Values in a batch, about. */
const BATCH_VALUES = 65_536;

/**
 * Reads a CSV that came as a body. A row that cannot be read refuses it whole; series whose names
 * cannot be used are left out and reported. Blank lines and missing fields count as parts.
 *
 * @throws IngestProblem "malformed_body" naming the line | "body_too_large".
 */
export function readCsv(bytes: Buffer, options: CsvBodyOptions, limits: DecodeLimits): DecodedBody {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new IngestProblem(
      "malformed_body",
      "the CSV is gzip without the header that says so, or packed twice",
      "send Content-Encoding: gzip and pack it once",
    );
  }
  try {
    return new CsvBody(options, limits).read(bytes);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const where = error.line > 0 ? `line ${error.line}` : "";
    throw new IngestProblem("malformed_body", error.problem, error.remedy, where);
  }
}

class CsvBody {
  readonly #options: CsvBodyOptions;
  readonly #budget: BodyBudget;
  readonly #builder: PackedBuilder;
  readonly #splitter = new CsvSplitter(NAME, (fields, line) => this.#take(fields, line));
  readonly #text = new CsvText(NAME);
  #rows: CsvRows | undefined;
  #blankLines = 0;

  constructor(options: CsvBodyOptions, limits: DecodeLimits) {
    this.#options = options;
    this.#budget = new BodyBudget(limits);
    this.#builder = new PackedBuilder(this.#budget);
  }

  read(bytes: Buffer): DecodedBody {
    const splitter = this.#splitter;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      splitter.push(this.#text.of(bytes.subarray(at, at + CHUNK_BYTES), splitter.line));
      this.#countBlankLines();
    }
    splitter.push(this.#text.of(undefined, splitter.line));
    splitter.end();
    this.#countBlankLines();
    if (this.#rows === undefined) throw csvIsEmpty(NAME);
    this.#pack(this.#rows.flush());
    return this.#builder.cut(bytes.length);
  }

  #take(fields: string[], line: number): void {
    const rows = this.#rows;
    if (rows === undefined) {
      this.#rows = new CsvRows(NAME, csvLayout(fields, this.#options, NAME, line), this.#options);
      return;
    }
    rows.add(fields, line);
    if (rows.valueCount >= BATCH_VALUES) this.#pack(rows.flush());
  }

  #countBlankLines(): void {
    const { blankLines } = this.#splitter;
    this.#budget.spendParts(blankLines - this.#blankLines);
    this.#blankLines = blankLines;
  }

  #pack(batch: CsvBatch): void {
    const { layout, values, timestampsMs } = batch;
    const width = layout.values.length;
    const missing = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
    this.#budget.spendParts(missing);
    this.#budget.spend(values.length - missing);
    const builder = this.#builder;
    runsOfBatch(batch, (entity, k, rows) => {
      for (const row of rows) builder.point(timestampsMs[row]!, values[row * width + k]!);
      const { cluster, node, metric, fault } = entity;
      const wrong = fault ?? (metric === undefined ? layout.metricFaults[k] : undefined);
      if (wrong !== undefined) {
        builder.refuse(`line ${batch.lines[rows[0]!]!}: ${wrong}`);
        return;
      }
      const metricName = metric ?? layout.metricNames[k]!;
      builder.addText(nameOfPlace({ clusterId: cluster, nodeId: node, metricName }));
    });
  }
}
