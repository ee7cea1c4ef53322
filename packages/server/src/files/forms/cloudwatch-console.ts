import { isDate } from "../column-facts.ts";
import type { FileForm, FileHead, FormPlan } from "../head.ts";
import { splitRecord } from "../splitter.ts";

const LABELS =
  /^(?:full label|label|metric name|statistic|period|namespace|unit|region|account.*|id|details|dimensions?.*)$/i;
const LABEL_LINES_MAX = 20;

/** The CSV download of CloudWatch's console: lines of labels, then dates and values. */
export const cloudwatchConsoleForm: FileForm = { plan };

function plan({ records }: FileHead, delimiter: string): FormPlan | undefined {
  const first = splitRecord(records[0]!.text, delimiter) ?? [];
  if (!/^(?:full label|label)$/i.test(first[0]?.trim() ?? "")) return undefined;
  const labels: (readonly string[])[] = [];
  for (const { text } of records.slice(0, LABEL_LINES_MAX)) {
    const fields = splitRecord(text, delimiter) ?? [];
    if (!LABELS.test(fields[0]?.trim() ?? "")) break;
    labels.push(fields);
  }
  const firstRow = labels.length;
  const data = records[firstRow];
  if (data !== undefined && !isDate((splitRecord(data.text, delimiter) ?? [])[0]?.trim() ?? "")) {
    return undefined;
  }
  return {
    form: "CloudWatch console",
    evidence: `${firstRow} lines of labels before the first date`,
    delimiter,
    header: { fields: ["timestamp", ...namesOf(labels, first.length)], line: 1 },
    firstRow,
    options: { time: "timestamp" },
    remarks: [],
  };
}

/** The shortest label that tells the columns apart: the label, with the statistic, the full label. */
function namesOf(labels: readonly (readonly string[])[], width: number): readonly string[] {
  const row = (name: RegExp) =>
    (labels.find(([first = ""]) => name.test(first.trim())) ?? [])
      .slice(1)
      .map((cell) => cell.trim());
  const label = row(/^label$/i);
  const metric = row(/^metric name$/i);
  const statistic = row(/^statistic$/i);
  const full = row(/^full label$/i);
  const places = Array.from({ length: width - 1 }, (_, i) => i);
  const joined = (parts: readonly (readonly string[])[]) =>
    places.map((i) =>
      parts
        .map((part) => part[i] ?? "")
        .join(" ")
        .trim(),
    );
  const choices = [[label], [metric], [full], [label, statistic], [full, statistic]].map(joined);
  const found = choices.find(
    (names) => new Set(names).size === names.length && names.every((name) => name !== ""),
  );
  return found ?? places.map((i) => `${choices[0]![i] || "metric"} (${i + 1})`);
}
