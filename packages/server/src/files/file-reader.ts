import { CsvError } from "./csv-error.ts";
import { likeliestDelimiter, namedSeparator } from "./delimiter.ts";
import { describeFile, type FileDescription } from "./description.ts";
import { FILE_FORMS } from "./forms/forms.ts";
import { LONG_HEADER } from "./forms/long-rows.ts";
import type { FormPlan, RawRecord } from "./head.ts";
import { jsonRows } from "./json/json-forms.ts";
import { type CsvLayout, csvLayout } from "./layout.ts";
import { withNumberTags } from "./number-tags.ts";
import type { CsvOptions } from "./read-options.ts";
import { type CsvBatch, CsvRows } from "./rows.ts";
import { CsvSplitter, fieldsOf, splitRecord } from "./splitter.ts";
import type { TimeReading } from "./time/time-column.ts";
import { timeReading } from "./time/time-reading.ts";
import { NumberReader } from "./value/number-reader.ts";

/** Records on which a file is decided; more where these leave something open. */
const HEAD_RECORDS = 256;
const HEAD_RECORDS_MAX = 20_000;
const HEAD_LENGTH_MAX = 8 * 1024 * 1024;
/** Longest JSON text: it is read whole. */
const JSON_LENGTH_MAX = 256 * 1024 * 1024;

export interface FileReaderOptions extends CsvOptions {
  /** Refuses the file at a name that cannot be used; else whoever takes the rows looks after it. */
  readonly strictNames?: boolean;
  /** Why JSON is refused; it is read where this is left out. */
  readonly noJson?: string;
}

/** A file once it is clear how it is read. */
interface Opened {
  readonly plan: FormPlan;
  readonly layout: CsvLayout;
  readonly times: TimeReading;
  readonly numbers: NumberReader;
  readonly rows: CsvRows;
}

/** A row of the plain table, with the line that it came from. */
type TableRow = readonly [fields: readonly string[], line: number];

/**
 * Reads a file that comes in pieces of text, whatever tool wrote it: looks at its first records, says
 * which form it has and how each column is read, then turns records into rows.
 *
 * Memory: the first records and the rows that were not flushed yet.
 */
export class FileReader {
  readonly #name: string;
  readonly #options: FileReaderOptions;
  readonly #splitter: CsvSplitter;
  #json: string[] | undefined;
  #jsonLength = 0;
  #begun = false;
  /** Lines end as on old Macintoshes: with a carriage return alone. */
  #isMac = false;
  #head: RawRecord[] = [];
  #headLength = 0;
  #nextLook = HEAD_RECORDS;
  #opened: Opened | undefined;
  /** Comments, repeated headers and lines of totals among the rows. */
  #skippedLines = 0;

  constructor(name: string, options: FileReaderOptions) {
    this.#name = name;
    this.#options = options;
    this.#splitter = new CsvSplitter(name, (record, line) => this.#take(record, line));
  }

  /** Line on which the next record begins. */
  get line(): number {
    return this.#splitter.line;
  }

  get blankLines(): number {
    return this.#splitter.blankLines;
  }

  get valueCount(): number {
    return this.#opened?.rows.valueCount ?? 0;
  }

  /** @throws CsvError for the first row that cannot be read. */
  push(piece: string): void {
    if (!this.#begun && piece.trim() !== "") {
      this.#begun = true;
      this.#isMac = piece.includes("\r") && !piece.includes("\n");
      if (/^\s*[{[]/.test(piece.slice(0, 1000))) this.#json = [];
    }
    if (this.#json === undefined) {
      this.#splitter.push(this.#isMac ? piece.replaceAll("\r", "\n") : piece);
    } else this.#keepJson(this.#json, piece);
  }

  /** @throws CsvError as `push`, and for an empty file. */
  end(): void {
    if (this.#json !== undefined) {
      this.#openJson(this.#json.join(""));
      return;
    }
    this.#splitter.end();
    if (this.#opened !== undefined) return;
    if (this.#head.length === 0) throw fileIsEmpty(this.#name);
    this.#look(true);
  }

  /** The rows read since the last call; undefined while the file is not clear yet. */
  flush(): CsvBatch | undefined {
    return this.#opened?.rows.flush();
  }

  /** @throws CsvError for numbers of which, all in all, nobody can say what they mean. */
  demandClear(): void {
    const unclear = this.#opened?.numbers.unclear();
    if (unclear === undefined) return;
    throw new CsvError(this.#name, unclear.line, unclear.problem, unclear.remedy);
  }

  /** How the file was read, as far as it was. */
  description(encoding: string): FileDescription {
    const { plan, layout, times, numbers } = this.#opened!;
    return describeFile({ plan, layout, times, numbers, encoding, skipped: this.#skippedLines });
  }

  #take(text: string, line: number): void {
    if (this.#opened !== undefined) {
      this.#addRecord(this.#opened, text, line);
      return;
    }
    this.#head.push({ text, line });
    this.#headLength += text.length;
    const isAll = this.#head.length >= HEAD_RECORDS_MAX || this.#headLength >= HEAD_LENGTH_MAX;
    if (this.#head.length >= this.#nextLook || isAll) this.#look(isAll);
  }

  /** Decides what can be decided; looks again at twice as many records where more are wanted. */
  #look(isAll: boolean): void {
    const named = namedSeparator(this.#head[0]!.text);
    const records = named === undefined ? this.#head : this.#head.slice(1);
    if (records.length === 0) throw fileIsEmpty(this.#name);
    const { skip = 0 } = this.#options;
    const delimiter = named ?? likeliestDelimiter(records.filter(({ line }) => line > skip));
    const head = { name: this.#name, records, options: this.#options, isAll };
    const plan = planOf(head, delimiter);
    const rows = records.slice(plan.firstRow).map(({ text, line }) => ({ text, line }));
    const table = rows.flatMap(({ text, line }) => this.#tableRows(plan, text, line, true));
    const opened = this.#open(plan, table, isAll);
    this.#nextLook = 2 * this.#head.length;
    if (opened === undefined) return;
    this.#opened = opened;
    this.#head = [];
    if (plan.rowsOf !== undefined)
      for (const [fields, line] of table) this.#addRow(opened, fields, line);
    else for (const { text, line } of rows) this.#addRecord(opened, text, line);
  }

  /** Undefined where more rows are wanted first. */
  #open(plan: FormPlan, table: readonly TableRow[], isAll: boolean): Opened | undefined {
    const own = told(this.#options);
    // A table that the form made has the form's own columns.
    const isMade = plan.header.fields === LONG_HEADER;
    const options = isMade ? { ...own, ...plan.options } : { ...plan.options, ...own };
    const { fields: header, line } = plan.header;
    const ofWidth = table.filter(([fields]) => fields.length === header.length);
    const sample = ofWidth.map(([fields]) => fields);
    const input = { file: this.#name, line, header, rows: sample };
    const layout = withNumberTags(csvLayout(input, options), sample, options);
    const texts = sample.map((fields) => stampOf(layout, fields));
    const column = { name: layout.names[layout.time]!, texts, isAll };
    const decided = timeReading(column, options);
    if (decided === "more") return undefined;
    if ("refused" in decided) {
      const at = ofWidth[decided.index]?.[1] ?? line;
      throw new CsvError(this.#name, at, decided.refused.problem, decided.refused.remedy);
    }
    const numbers = new NumberReader(layout.metricNames, options.decimal);
    let isOpen = false;
    for (const fields of sample) {
      if (numbers.mark !== undefined) break;
      for (const column of layout.values) isOpen = numbers.foresee(fields[column]!) || isOpen;
    }
    if (isOpen && numbers.mark === undefined && !isAll) return undefined;
    const times = decided.reading;
    const rows = new CsvRows(this.#name, layout, { times, numbers }, options);
    if (this.#options.strictNames === true) rows.demandUsable(line);
    return { plan, layout, times, numbers, rows };
  }

  /** @param isLook broken records are passed over: they are refused when their turn comes. */
  #tableRows(plan: FormPlan, text: string, line: number, isLook: boolean): TableRow[] {
    if (isLook && plan.rowsOf === undefined && text.startsWith("#")) return [];
    const fields = fieldsOf(text, plan.delimiter, this.#name, line);
    const rows = plan.rowsOf === undefined ? [fields] : plan.rowsOf(fields);
    return rows.map((row) => [row, line]);
  }

  #addRecord(opened: Opened, text: string, line: number): void {
    const { plan } = opened;
    if (plan.rowsOf !== undefined) {
      for (const [fields] of this.#tableRows(plan, text, line, false)) {
        this.#addRow(opened, fields, line);
      }
      return;
    }
    try {
      this.#addRow(opened, fieldsOf(text, plan.delimiter, this.#name, line), line);
    } catch (error) {
      const stamp = (splitRecord(text, plan.delimiter) ?? [])[opened.layout.time];
      const isAside = isBeside(text, plan) || TOTALS.test(stamp ?? "");
      if (!(error instanceof CsvError) || !isAside) throw error;
      this.#skippedLines += 1;
    }
  }

  #addRow({ rows }: Opened, fields: readonly string[], line: number): void {
    rows.add(fields, line);
    if (this.#options.strictNames === true) rows.demandUsable(line);
  }

  #keepJson(pieces: string[], piece: string): void {
    const { noJson } = this.#options;
    if (noJson !== undefined) throw new CsvError(this.#name, 1, "JSON, no CSV", noJson);
    pieces.push(piece);
    this.#jsonLength += piece.length;
    if (this.#jsonLength > JSON_LENGTH_MAX) {
      const problem = `JSON of more than ${JSON_LENGTH_MAX} characters`;
      throw new CsvError(this.#name, 0, problem, "export fewer series or a shorter range");
    }
  }

  #openJson(text: string): void {
    const { plan, rows } = jsonRows(text, this.#name, this.#options);
    const table = rows.map((row): TableRow => [row, 0]);
    this.#opened = this.#open(plan, table, true)!;
    for (const [fields, line] of table) this.#addRow(this.#opened, fields, line);
  }
}

function planOf(
  head: Parameters<(typeof FILE_FORMS)[number]["plan"]>[0],
  delimiter: string,
): FormPlan {
  for (const form of FILE_FORMS) {
    const plan = form.plan(head, delimiter);
    if (plan !== undefined) return plan;
  }
  throw new Error("the table with a header takes every file");
}

/** In place of a time, in a line of totals, as reports have them before or after their rows. */
const TOTALS = /^(?:[a-z]+ )?(?:total|sum|average|mean)$/i;

/** A comment or the header once more, among rows. */
function isBeside(text: string, { header, delimiter }: FormPlan): boolean {
  return text.startsWith("#") || text.replaceAll('"', "") === header.fields.join(delimiter);
}

function stampOf({ time, date }: CsvLayout, fields: readonly string[]): string {
  return date < 0 ? fields[time]! : `${fields[date]!} ${fields[time]!}`;
}

/** Options that were given, so that those left out do not hide what a form knows. */
function told(options: CsvOptions): CsvOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

export function fileIsEmpty(name: string): CsvError {
  const remedy = "begin it with a header line such as `timestamp,value`";
  return new CsvError(name, 0, "the file is empty", remedy);
}
