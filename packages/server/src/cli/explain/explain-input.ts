import { type ReadTable, readTable } from "../../files/csv-table.ts";
import type { ColumnReading } from "../../files/description.ts";
import { metricNameOf } from "../../files/entities.ts";
import { ratedTable } from "../../files/rates.ts";
import type { CsvOptions } from "../../files/read-options.ts";
import { type Context, printJson } from "../terminal/context.ts";
import { EXIT, type ExitCode, errorText } from "../terminal/exit-code.ts";
import type { CsvInput } from "../terminal/input.ts";
import { shownText } from "../terminal/shown-text.ts";
import { type TableColumn, tableText } from "../terminal/table.ts";
import { countText, timeText } from "../terminal/time-text.ts";

/** How one file was read, as it is shown. */
interface Preview {
  readonly file: string;
  readonly form: string;
  readonly evidence: string;
  readonly columns: readonly ColumnReading[];
  readonly rows: number;
  readonly points: number;
  /** `cluster/node/metric`, the first of them. */
  readonly series: readonly string[];
  readonly seriesCount: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly remarks: readonly string[];
}

const SERIES_SHOWN_MAX = 20;
const COLUMNS: readonly TableColumn<ColumnReading>[] = [
  { title: "COLUMN", text: ({ column }) => (column === "" ? "(no name)" : column) },
  { title: "READ AS", text: ({ role }) => role },
  { title: "HOW", text: ({ how }) => how },
];

/**
 * `--explain-input`: how every column of each file is read, and nothing else is done. A file that
 * cannot be read is named with its reason, and makes the exit code 1.
 */
export async function explainInputs(
  context: Context,
  inputs: readonly CsvInput[],
  csv: CsvOptions,
): Promise<ExitCode> {
  const previews: Preview[] = [];
  let failures = 0;
  for (const input of inputs) {
    try {
      const source = { name: input.name, bytes: input.open() };
      const read = await readTable(source, { ...csv, node: csv.node ?? input.stem });
      previews.push(previewOf(input.name, read, csv));
    } catch (error) {
      failures += 1;
      context.io.err(`${errorText(error)}\n`);
    }
  }
  if (context.flags.json === true) printJson(context, { data: previews, nextCursor: null });
  else for (const preview of previews) show(context, preview);
  return failures > 0 ? EXIT.error : EXIT.ok;
}

function previewOf(file: string, { table, description }: ReadTable, csv: CsvOptions): Preview {
  const series = table.entities.flatMap((entity) =>
    table.columns.map(
      (_, k) => `${entity.cluster}/${entity.node}/${metricNameOf(table.layout, entity, k)}`,
    ),
  );
  const times = table.timestampsMs;
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const points = table.columns.reduce(
    (sum, column) => sum + column.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0),
    0,
  );
  return {
    ...{ file, form: description.form, evidence: description.evidence },
    ...{ columns: description.columns, rows: table.rowCount, points },
    series: series.slice(0, SERIES_SHOWN_MAX),
    seriesCount: series.length,
    from: times.length === 0 ? null : new Date(first).toISOString(),
    to: times.length === 0 ? null : new Date(last).toISOString(),
    remarks: [...description.remarks, ...ratedTable(table, csv.counters).remarks],
  };
}

function show({ io, colors }: Context, preview: Preview): void {
  const { file, form, evidence, columns, rows, points, series, seriesCount } = preview;
  const lines = [`${file}: ${form} (${evidence})`];
  io.out(`${lines.map(shownText).join("\n")}\n`);
  io.out(tableText(COLUMNS, columns, io, colors));
  const range =
    preview.from === null || preview.to === null
      ? "no rows"
      : `${timeText(Date.parse(preview.from))} to ${timeText(Date.parse(preview.to))} UTC`;
  const more = seriesCount > series.length ? `, and ${seriesCount - series.length} more` : "";
  const facts = [
    `${countText(rows)} rows, ${countText(points)} points of ${countText(seriesCount)} series, ${range}`,
    `series: ${series.join(", ")}${more}`,
    ...preview.remarks.map((remark) => `note: ${remark}`),
  ];
  io.out(`${facts.map(shownText).join("\n")}\n`);
}
