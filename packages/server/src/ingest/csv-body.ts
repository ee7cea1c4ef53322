import { isDeclared } from "../files/counter-patterns.ts";
import { CsvError } from "../files/csv-error.ts";
import { metricFaultOf, metricNameOf } from "../files/entities.ts";
import { FileReader } from "../files/file-reader.ts";
import { FileText } from "../files/file-text.ts";
import type { CsvOptions } from "../files/read-options.ts";
import { countsOf, demandOneSeries, repeatsIn } from "../files/repeats.ts";
import type { CsvBatch } from "../files/rows.ts";
import { runsOfBatch } from "../files/series-of-batch.ts";
import { nameOfPlace } from "../platform/packed-batch.ts";
import { BodyBudget, type DecodeLimits } from "./body-budget.ts";
import { IngestProblem } from "./ingest-problem.ts";
import { type DecodedBody, PackedBuilder } from "./packed-builder.ts";

/** What the query says about the body; all else is told by the body itself. */
export type CsvBodyOptions = Pick<
  CsvOptions,
  | "cluster"
  | "node"
  | "time"
  | "timeUnit"
  | "timeFormat"
  | "zone"
  | "decimal"
  | "skip"
  | "by"
  | "counters"
>;

const NAME = "body";
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a CSV that came as a body, in any of the forms that files have. A row that cannot be read
 * refuses it whole; series whose names cannot be used are left out and reported. Blank lines and
 * missing fields count as parts; a row that is written twice counts once.
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
    throw new IngestProblem("malformed_body", error.problem, asParameters(error.remedy), where);
  }
}

/** Flags of the command line, as the query writes them. */
function asParameters(remedy: string): string {
  return remedy.replace(/--([a-z]+(?:-[a-z]+)?)/g, (_, flag: string) => {
    const [first, second = ""] = flag.split("-");
    return `the parameter ${first}${second.charAt(0).toUpperCase()}${second.slice(1)}`;
  });
}

class CsvBody {
  readonly #budget: BodyBudget;
  readonly #builder: PackedBuilder;
  readonly #counters: readonly string[];
  readonly #reader: FileReader;
  readonly #text = new FileText(NAME);
  #blankLines = 0;

  constructor(options: CsvBodyOptions, limits: DecodeLimits) {
    this.#budget = new BodyBudget(limits);
    this.#builder = new PackedBuilder(this.#budget);
    this.#counters = options.counters ?? [];
    const noJson = "send it to /api/v1/ingest as JSON, or import the file with the command line";
    this.#reader = new FileReader(NAME, { ...options, realTimesOnly: true, noJson });
  }

  read(bytes: Buffer): DecodedBody {
    const reader = this.#reader;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      reader.push(this.#text.of(bytes.subarray(at, at + CHUNK_BYTES), reader.line));
      this.#count();
    }
    reader.push(this.#text.of(undefined, reader.line));
    reader.end();
    this.#count();
    reader.demandClear();
    this.#pack(reader.flush()!);
    return this.#builder.cut(bytes.length);
  }

  /** Blank lines cost a part each; values are counted before there are too many to hold. */
  #count(): void {
    const { blankLines, valueCount } = this.#reader;
    this.#budget.spendParts(blankLines - this.#blankLines);
    this.#blankLines = blankLines;
    this.#budget.demandRoom(valueCount);
  }

  #pack(batch: CsvBatch): void {
    const { layout, values, timestampsMs, lines, rowCount } = batch;
    const width = layout.values.length;
    const missing = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
    this.#budget.spendParts(missing);
    this.#budget.spend(values.length - missing);
    const isSame = (a: number, b: number) =>
      layout.values.every((_, k) => Object.is(values[a * width + k], values[b * width + k]));
    const repeats = repeatsIn(batch, isSame);
    const line = lines[repeats.differing[0] ?? 0] ?? 0;
    demandOneSeries(NAME, countsOf(repeats), rowCount, { line, leftOut: leftOutOf(batch) });
    // Of two values at one instant the later one counts: the earlier is no point.
    const again = new Set([...repeats.twice.keys(), ...earlierOf(batch, repeats.differing)]);
    const builder = this.#builder;
    runsOfBatch(batch, (entity, k, rows) => {
      for (const row of rows) {
        if (!again.has(row)) builder.point(timestampsMs[row]!, values[row * width + k]!);
      }
      const { cluster, node } = entity;
      const wrong = metricFaultOf(layout, entity, k);
      if (wrong !== undefined) {
        builder.refuse(`line ${lines[rows[0]!]!}: ${wrong}`);
        return;
      }
      const metricName = metricNameOf(layout, entity, k);
      // Where nothing is told, the server goes by what it knows of the series, and by its name.
      const isTold = this.#counters.length > 0;
      const counter = isTold ? { counter: isDeclared(metricName, this.#counters) } : {};
      builder.addText(nameOfPlace({ clusterId: cluster, nodeId: node, metricName, ...counter }));
    });
  }
}

/** For each of the rows, the row before it at the same instant of its entity. */
function earlierOf({ timestampsMs, entityOf }: CsvBatch, differing: readonly number[]): number[] {
  const wanted = new Map(differing.map((row) => [`${entityOf[row]} ${timestampsMs[row]}`, row]));
  if (wanted.size === 0) return [];
  const earlier: number[] = [];
  for (let row = 0; row < timestampsMs.length; row++) {
    const last = wanted.get(`${entityOf[row]} ${timestampsMs[row]}`);
    if (last !== undefined && row < last) earlier.push(row);
  }
  return earlier;
}

function leftOutOf({ layout }: CsvBatch): readonly string[] {
  return layout.leftOut.map(({ column }) => layout.names[column]!).filter((name) => name !== "");
}
