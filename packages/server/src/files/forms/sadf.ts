import type { FileForm, FileHead, FormPlan } from "../head.ts";
import type { CsvOptions } from "../read-options.ts";
import { isNumberish } from "../value/number-reader.ts";
import { type Labels, LONG_HEADER, LONG_OPTIONS, longRow } from "./long-rows.ts";

const HEADER = /^"?#\s*hostname[;,\t]/;
/** Columns that name what a row is about: a CPU, a disk, an interface. */
const SUBJECT = /^[A-Z][A-Za-z]*$/;
const FIRST_COLUMN = 3;

/** `sadf -d` of sysstat: a header per activity, each in a comment, and rows below it. */
export const sadfForm: FileForm = { plan };

function plan(head: FileHead, delimiter: string): FormPlan | undefined {
  const at = head.records.slice(0, 10).findIndex(({ text }) => HEADER.test(text));
  if (at < 0) return undefined;
  const { line, text } = head.records[at]!;
  const reader = new SadfTables(head.options);
  return {
    form: "sadf -d",
    evidence: `the header in line ${line}`,
    delimiter: text.includes(";") ? ";" : delimiter,
    header: { fields: LONG_HEADER, line },
    firstRow: at,
    options: LONG_OPTIONS,
    remarks: ["hostname names the node, the CPU, disk or interface is part of the metric's name"],
    rowsOf: (fields) => reader.rowsOf(fields),
  };
}

class SadfTables {
  readonly #options: CsvOptions;
  #header: readonly string[] = [];

  constructor(options: CsvOptions) {
    this.#options = options;
  }

  rowsOf(fields: readonly string[]): readonly (readonly string[])[] {
    if (fields[0]!.startsWith("#")) {
      this.#header = fields.map((name) => name.replace(/^#\s*/, "").trim());
      return [];
    }
    const header = this.#header;
    // Restarts and remarks stand between the rows: "LINUX-RESTART", "COM ...".
    if (fields.length < header.length - 1 || !isNumberish(fields.at(-1) ?? "")) {
      if (/RESTART|^COM/.test(fields[FIRST_COLUMN] ?? "")) return [];
    }
    const [hostname = "", , stamp = ""] = fields;
    const labels: [string, string][] = [["host", hostname]];
    const values: [string, string][] = [];
    for (let at = FIRST_COLUMN; at < header.length; at++) {
      const name = header[at]!;
      // Several activities in one row stand behind a mark: [...].
      if (name === "[...]" || name === "") continue;
      const text = fields[at] ?? "";
      if (SUBJECT.test(name) || !isNumberish(text)) labels.push([name, subject(name, text)]);
      else values.push([name, text]);
    }
    const known: Labels = labels;
    return values.map(([name, text]) => longRow(name, known, stamp, text, this.#options));
  }
}

/** sadf writes -1 for all CPUs together. */
function subject(name: string, text: string): string {
  return name === "CPU" && text === "-1" ? "all" : text;
}
