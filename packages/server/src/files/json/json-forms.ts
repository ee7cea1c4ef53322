import { CsvError } from "../csv-error.ts";
import { LONG_HEADER, LONG_OPTIONS } from "../forms/long-rows.ts";
import type { FormPlan } from "../head.ts";
import type { CsvOptions } from "../read-options.ts";
import { cloudwatchData, cloudwatchStatistics } from "./cloudwatch-json.ts";
import { datadogPoints } from "./datadog-json.ts";
import type { JsonForm, LongRows } from "./json-form.ts";
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
    "JSON of no form that is known",
    `it may be ${FORMS.map((form) => form.name).join(", ")}, or CSV`,
  );
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CsvError(name, 0, `broken JSON (${reason})`, "export it again");
  }
}
