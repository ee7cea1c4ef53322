import { CsvError, shown } from "../csv-error.ts";
import { LONG_HEADER, LONG_OPTIONS } from "../forms/long-rows.ts";
import type { FormPlan } from "../head.ts";
import type { CsvOptions } from "../read-options.ts";
import { cloudwatchData, cloudwatchStatistics } from "./cloudwatch-json.ts";
import { datadogPoints } from "./datadog-json.ts";
import { fieldOf, type JsonForm, type LongRows, objectOf } from "./json-form.ts";
import { prometheusMatrix } from "./prometheus-json.ts";

const FORMS: readonly JsonForm[] = [
  prometheusMatrix,
  cloudwatchData,
  cloudwatchStatistics,
  datadogPoints,
];

/** An answer of a monitoring system as rows of a long table. @throws CsvError for any other JSON. */
export function jsonRows(
  text: string,
  name: string,
  options: CsvOptions,
): { readonly plan: FormPlan; readonly rows: LongRows } {
  const value = parsed(text, name);
  for (const form of FORMS) {
    const rows = form.rowsOf(value, options);
    if (rows === undefined) continue;
    if (rows.length === 0) {
      throw new CsvError(name, 0, `${form.name} without any point`, "ask for a range with data");
    }
    const header = { fields: LONG_HEADER, line: 0 };
    const facts = { form: form.name, evidence: form.evidence, delimiter: ",", header };
    return {
      plan: { ...facts, firstRow: 0, options: { ...LONG_OPTIONS, decimal: "point" }, remarks: [] },
      rows,
    };
  }
  throw new CsvError(
    name,
    0,
    complaintOf(value) ?? "JSON of no form that is known",
    `it may be ${FORMS.map((form) => form.name).join(", ")}, or CSV`,
  );
}

/** What a monitoring system answered in place of data. */
function complaintOf(value: unknown): string | undefined {
  const { error, message } = objectOf(value);
  const said = fieldOf(error) || fieldOf(message);
  return said === "" ? undefined : `no data but an error, "${shown(said)}"`;
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/^\s*\{[^\n]*\}\s*\n\s*\{/.test(text)) {
      const remedy = "export it as CSV, or as one answer of a form that is known";
      throw new CsvError(name, 2, "JSON of a value per line, which is not read", remedy);
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new CsvError(name, 0, `broken JSON (${reason})`, "export it again");
  }
}
