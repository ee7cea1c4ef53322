import type { FileForm, FileHead, FormPlan } from "../head.ts";
import type { CsvOptions } from "../read-options.ts";
import { splitRecord } from "../splitter.ts";
import { isTimeName } from "../time-names.ts";
import { type Labels, LONG_HEADER, LONG_OPTIONS, longRow } from "./long-rows.ts";

const GROUP_NAMES = ["group", "tags", "tag_set", "scope"];
const METRIC_NAMES = ["metric", "query", "series", "display_name", "expression"];

/** Datadog's CSV of a graph: a row per point, with its tags in one column: `host:web-1,env:prod`. */
export const datadogForm: FileForm = { plan };

function plan({ records, options }: FileHead, delimiter: string): FormPlan | undefined {
  if (options.by !== undefined || options.skip !== undefined) return undefined;
  const { text, line } = records[0]!;
  const fields = splitRecord(text, delimiter) ?? [];
  const lower = fields.map((field) => field.trim().toLowerCase());
  const at = {
    time: lower.findIndex(isTimeName),
    value: lower.indexOf("value"),
    group: lower.findIndex((field) => GROUP_NAMES.includes(field)),
    metric: lower.findIndex((field) => METRIC_NAMES.includes(field)),
  };
  if (Math.min(at.time, at.value, at.group) < 0) return undefined;
  const first = splitRecord(records[1]?.text ?? "", delimiter) ?? [];
  if (!/^[\w.-]+:\S/.test(first[at.group] ?? "") && first[at.group] !== "*") return undefined;
  return {
    form: "Datadog graph",
    evidence: `the columns ${fields[at.time]}, ${fields[at.group]} and value, with tags such as ${first[at.group]}`,
    delimiter,
    header: { fields: LONG_HEADER, line },
    firstRow: 1,
    options: LONG_OPTIONS,
    remarks: [`tags in ${fields[at.group]} name the node or are part of the metric's name`],
    rowsOf: (row) => (row.length < fields.length ? [] : [pointOf(row, at, options)]),
  };
}

interface Places {
  readonly time: number;
  readonly value: number;
  readonly group: number;
  readonly metric: number;
}

function pointOf(row: readonly string[], at: Places, options: CsvOptions): readonly string[] {
  const metric = (at.metric < 0 ? "" : row[at.metric]!.trim()) || "value";
  const labels: Labels = row[at.group]!.split(/,\s*/).flatMap((tag): Labels => {
    const cut = tag.indexOf(":");
    return cut < 0 ? [] : [[tag.slice(0, cut).trim(), tag.slice(cut + 1).trim()]];
  });
  return longRow(metric, labels, row[at.time]!, row[at.value]!, options);
}
