import type { FileForm, FileHead, FormPlan } from "../head.ts";
import type { CsvOptions } from "../read-options.ts";
import { type Labels, LONG_HEADER, LONG_OPTIONS, longRow } from "./long-rows.ts";

const ANNOTATION = /^"?#(?:group|datatype|default)\b/;
const NUMBER_TYPES = new Set(["double", "long", "unsignedLong"]);
/** Columns of every table that tell no series from another. */
const BESIDE = new Set(["", "result", "table", "_start", "_stop", "_time", "_value"]);

/** Annotated CSV of InfluxDB 2 and 3: tables one after the other, each with annotations and a header. */
export const influxForm: FileForm = { plan };

function plan(head: FileHead, delimiter: string): FormPlan | undefined {
  const at = head.records.slice(0, 10).findIndex(({ text }) => ANNOTATION.test(text));
  if (at < 0) return undefined;
  const reader = new InfluxTables(head.options);
  return {
    form: "InfluxDB annotated CSV",
    evidence: `the annotations that begin in line ${head.records[at]!.line}`,
    delimiter,
    header: { fields: LONG_HEADER, line: head.records[at]!.line },
    firstRow: at,
    options: LONG_OPTIONS,
    remarks: ["_measurement and _field together name the metric, tags the node or the metric"],
    rowsOf: (fields) => reader.rowsOf(fields),
  };
}

class InfluxTables {
  readonly #options: CsvOptions;
  #types: readonly string[] = [];
  #defaults: readonly string[] = [];
  #header: readonly string[] | undefined;

  constructor(options: CsvOptions) {
    this.#options = options;
  }

  rowsOf(fields: readonly string[]): readonly (readonly string[])[] {
    if (fields[0]!.startsWith("#")) {
      // Annotations begin another table, with a header of its own.
      this.#header = undefined;
      if (fields[0] === "#datatype") this.#types = fields;
      if (fields[0] === "#default") this.#defaults = fields;
      return [];
    }
    if (this.#header === undefined) {
      this.#header = fields;
      return [];
    }
    return this.#points(this.#header, fields);
  }

  #points(header: readonly string[], fields: readonly string[]): (readonly string[])[] {
    const of = (name: string) => {
      const at = header.indexOf(name);
      return at < 0 ? "" : fields[at] || this.#defaults[at] || "";
    };
    const isField = (at: number) =>
      NUMBER_TYPES.has(this.#types[at] ?? "") && !BESIDE.has(header[at]!);
    const measurement = of("_measurement");
    const name = (field: string) => (measurement === "" ? field : `${measurement}_${field}`);
    const labels: Labels = header.flatMap((label, at): Labels => {
      const isTag = !BESIDE.has(label) && label !== "_measurement" && label !== "_field";
      return isTag && !isField(at) ? [[label, fields[at] || this.#defaults[at] || ""]] : [];
    });
    const row = (field: string, value: string) =>
      longRow(name(field), labels, of("_time"), value, this.#options);
    const valueAt = header.indexOf("_value");
    if (valueAt >= 0) {
      const isText = this.#types[valueAt] === "string" || this.#types[valueAt] === "boolean";
      return isText ? [] : [row(of("_field") || "value", fields[valueAt] ?? "")];
    }
    // Pivoted: each field has a column of its own.
    return header.flatMap((field, at) => (isField(at) ? [row(field, fields[at] ?? "")] : []));
  }
}
