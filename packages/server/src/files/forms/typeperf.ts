import type { FileForm, FileHead, FormPlan } from "../head.ts";
import { fieldsOf } from "../splitter.ts";

/** The CSV of Windows' performance counters (typeperf, relog, perfmon): month before day, always. */
export const typeperfForm: FileForm = { plan };

function plan({ records, name }: FileHead, delimiter: string): FormPlan | undefined {
  const { text, line } = records[0]!;
  if (!/^"?\(PDH-CSV/i.test(text)) return undefined;
  const fields = fieldsOf(text, delimiter, name, line);
  return {
    form: "Windows performance counters",
    evidence: `the header ${fields[0]}`,
    delimiter,
    header: { fields: ["timestamp", ...fields.slice(1)], line },
    firstRow: 1,
    options: { time: "timestamp", timeFormat: "MM/dd/yyyy HH:mm:ss.SSS" },
    remarks: [],
  };
}
