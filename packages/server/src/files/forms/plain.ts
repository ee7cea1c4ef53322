import { isDate } from "../column-facts.ts";
import { CsvError, shown } from "../csv-error.ts";
import { delimiterName } from "../delimiter.ts";
import type { FieldRecord, FileForm, FileHead, FormPlan } from "../head.ts";
import { fieldsOf, splitRecord } from "../splitter.ts";
import { isNumberText } from "../time/number-reading.ts";
import { isTimeName } from "../time-names.ts";

/** Records among which the header is looked for. */
const HEADER_AMONG = 200;

/**
 * A table with a header: the form of everything that is no other. Comments (#) and lines of another
 * width before the header are left out, and so are lines without any number right after it.
 */
export const plainForm: FileForm = { plan };

function plan(head: FileHead, delimiter: string): FormPlan {
  const { records, name, options } = head;
  const at = headerAt(head, delimiter);
  const raw = records[at]!;
  const own = fieldsOf(uncommented(raw.text), delimiter, name, raw.line);
  const fields = endsEmpty(head, at, own.length, delimiter) ? [...own, ""] : own;
  const header: FieldRecord = { fields, line: raw.line };
  const firstRow = firstRowAfter(head, at, header.fields.length, delimiter);
  const remarks: string[] = [];
  const before = records.slice(options.skip === undefined ? 0 : skipped(head), at);
  if (before.length > 0) {
    remarks.push(
      `${linesText(before.length)} before the header left out, the first of them "${shown(before[0]!.text.trim())}"`,
    );
  }
  const between = firstRow - at - 1;
  if (between > 0) {
    remarks.push(`${linesText(between)} without numbers after the header left out`);
  }
  return {
    form: "table",
    evidence: `a header in line ${raw.line}, fields separated by ${delimiterName(delimiter)}`,
    delimiter,
    header,
    firstRow,
    options: {},
    remarks,
  };
}

/** Whether every row ends with a separator that the header lacks. */
function endsEmpty(head: FileHead, at: number, width: number, delimiter: string): boolean {
  const rows = head.records.slice(at + 1, at + HEADER_AMONG);
  const isLonger = ({ text }: { text: string }) =>
    text.endsWith(delimiter) && (splitRecord(text, delimiter) ?? []).length === width + 1;
  return rows.length > 0 && rows.every(isLonger);
}

function linesText(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}

/** A header may stand in a comment: `# time,value`. */
function uncommented(text: string): string {
  return text.startsWith("#") ? text.replace(/^#+\s*/, "") : text;
}

/** How many of the records belong to the lines that the caller wants skipped. */
function skipped({ records, options }: FileHead): number {
  const lines = options.skip ?? 0;
  const found = records.findIndex(({ line }) => line > lines);
  return found < 0 ? records.length : found;
}

function headerAt(head: FileHead, delimiter: string): number {
  const { records, options, name } = head;
  const from = skipped(head);
  if (from >= records.length) {
    const remedy = "give --skip fewer lines";
    throw new CsvError(name, 0, `nothing comes after ${options.skip} lines`, remedy);
  }
  if (options.skip !== undefined) return from;
  const some = records.slice(0, HEADER_AMONG);
  const fields = some.map(({ text }) => splitRecord(uncommented(text), delimiter) ?? []);
  const isComment = some.map(({ text }) => text.startsWith("#"));
  const width = commonWidth(fields.filter((_, i) => !isComment[i]));
  const isWide = (i: number) => fields[i]!.length === width;
  // A number is a place among the columns, and no name that a header could be found by.
  const wanted = /^\d+$/.test(options.time ?? "") ? undefined : options.time?.trim().toLowerCase();
  const isHeader = (cells: readonly string[]) =>
    cells.some((cell) => isTimeName(cell) || cell.trim().toLowerCase() === wanted);
  const named = some.findIndex((_, i) => isWide(i) && isHeader(fields[i]!));
  if (named >= 0) return named;
  const short = some.findIndex((_, i) => fields[i]!.length === width - 1 && isHeader(fields[i]!));
  if (short >= 0 && endsEmpty(head, short, width - 1, delimiter)) return short;
  const plain = some.findIndex((_, i) => !isComment[i] && isWide(i));
  if (plain >= 0 && fields[plain]!.some((cell) => isDate(cell.trim()))) {
    // The first line holds data. A header of another width is none; a comment may be one.
    const comment = some.findLastIndex((_, i) => i < plain && isComment[i]! && isWide(i));
    return comment >= 0 ? comment : plain;
  }
  return Math.max(plain, 0);
}

/** The number of fields that most records have; the first of those that are as frequent. */
function commonWidth(records: readonly (readonly string[])[]): number {
  const tally = new Map<number, number>();
  for (const { length } of records) tally.set(length, (tally.get(length) ?? 0) + 1);
  let best = 0;
  for (const [width, count] of tally) if (count > (tally.get(best) ?? 0)) best = width;
  return best;
}

/** Units or blanks may stand between header and rows: lines as wide, with no number or date at all. */
function firstRowAfter(head: FileHead, at: number, width: number, delimiter: string): number {
  let row = at + 1;
  while (row < head.records.length && row < at + 4) {
    const fields = splitRecord(head.records[row]!.text, delimiter) ?? [];
    const isData = fields.some((cell) => isNumberText(cell) || isDate(cell.trim()));
    if (fields.length !== width || isData) break;
    row += 1;
  }
  // Without any row behind it, it is a row that is broken.
  return row < head.records.length ? row : at + 1;
}
