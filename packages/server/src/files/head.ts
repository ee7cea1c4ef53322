import type { CsvOptions } from "./read-options.ts";

/** One record as it was cut out of the text, line ends inside quotes included. */
export interface RawRecord {
  readonly text: string;
  /** Of its first character, counted from 1. */
  readonly line: number;
}

/** The first records of a file, on which everything about it is decided. */
export interface FileHead {
  /** Stands in front of error messages. */
  readonly name: string;
  readonly records: readonly RawRecord[];
  readonly options: CsvOptions;
  /** No more rows will be added before it must be decided. */
  readonly isAll: boolean;
}

/** Fields of a record with its line. */
export interface FieldRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/**
 * How a form of export is read as a plain table: what its header is, which records are rows, and what
 * becomes of each of them.
 */
export interface FormPlan {
  /** As people call it: "CloudWatch console". */
  readonly form: string;
  /** What it was recognised by. */
  readonly evidence: string;
  readonly delimiter: string;
  /** Names of the columns as the plain table has them. */
  readonly header: FieldRecord;
  /** How many of the head's records come before the first row. */
  readonly firstRow: number;
  /** What the form says about its columns; the caller's word counts more. */
  readonly options: CsvOptions;
  /** What was left out or decided on the way, in sentences. */
  readonly remarks: readonly string[];
  /** One record as rows of the plain table; none where it holds no row. The identity if left out. */
  readonly rowsOf?: (fields: readonly string[]) => readonly (readonly string[])[];
}

/** One form of export: says by what it recognises a file, and how it is read. */
export interface FileForm {
  /** Undefined where the file is of another form. @throws CsvError where it is this form, broken. */
  plan(head: FileHead, delimiter: string): FormPlan | undefined;
}
