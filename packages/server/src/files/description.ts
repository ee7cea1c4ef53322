import type { FormPlan } from "./head.ts";
import type { CsvLayout } from "./layout.ts";
import type { TimeReading } from "./time/time-column.ts";
import type { NumberReader } from "./value/number-reader.ts";

/** How one column of a file was read. */
export interface ColumnReading {
  /** As the file names it; "" for one without a name. */
  readonly column: string;
  readonly role: "time" | "cluster" | "node" | "metric" | "tag" | "value" | "left out";
  /** In words: the form of times, the unit of values, why it was left out. */
  readonly how: string;
}

/** How a file was read: plain data, to be shown and to be posted between threads. */
export interface FileDescription {
  readonly form: string;
  readonly evidence: string;
  readonly columns: readonly ColumnReading[];
  /** What people should know without asking, in sentences. */
  readonly remarks: readonly string[];
}

export interface Described {
  readonly plan: FormPlan;
  readonly layout: CsvLayout;
  readonly times: TimeReading;
  readonly numbers: NumberReader;
  readonly encoding: string;
  /** Comments, repeated headers and lines of totals among the rows. */
  readonly skipped: number;
}

export function describeFile(file: Described): FileDescription {
  const { plan, layout, times, numbers } = file;
  const remarks = [...plan.remarks];
  if (times.remarkable) remarks.push(`times are read as ${times.how}`);
  if (numbers.mark === "comma") remarks.push("12,5 is read as twelve and a half");
  if (layout.tags.length > 0) {
    const names = layout.tags.map((column) => layout.names[column]).join(", ");
    remarks.push(`${names} ${layout.tags.length === 1 ? "is" : "are"} part of the metric's name`);
  }
  for (const { column, why } of layout.leftOut) {
    if (layout.names[column] !== "" && why !== "it holds row numbers") {
      remarks.push(`column ${layout.names[column]} is left out: ${why}`);
    }
  }
  const units = unitsText(layout, numbers);
  if (units !== "") remarks.push(`values are read as ${units}`);
  if (file.skipped > 0) {
    remarks.push(`${file.skipped} comments, repeated headers or lines of totals left out`);
  }
  const infinite = numbers.infiniteCount;
  if (infinite > 0) remarks.push(`infinite values are read as missing: ${infinite}`);
  const encoding = file.encoding === "utf-8" ? "" : `, ${file.encoding}`;
  const evidence = plan.evidence + encoding;
  return { form: plan.form, evidence, columns: columnsOf(file), remarks };
}

function unitsText(layout: CsvLayout, numbers: NumberReader): string {
  const units = layout.metricNames.flatMap((name, k) => {
    const base = numbers.baseOf(k);
    return base === "" ? [] : [`${base} (${name})`];
  });
  const shown = units.slice(0, 5).join(", ");
  return units.length > 5 ? `${shown} and ${units.length - 5} more` : shown;
}

function columnsOf({ layout, times, numbers }: Described): ColumnReading[] {
  const { names } = layout;
  const place = (column: number, role: "cluster" | "node" | "metric"): ColumnReading[] =>
    column < 0 ? [] : [{ column: names[column]!, role, how: `names the ${role}` }];
  const time = (column: number): ColumnReading[] =>
    column < 0 ? [] : [{ column: names[column]!, role: "time", how: times.how }];
  const mark = numbers.mark === "comma" ? "numbers with a decimal comma" : "numbers";
  const values = layout.values.map((column, k): ColumnReading => {
    const base = numbers.baseOf(k);
    const how = base === "" ? mark : `${mark} in ${base}`;
    return { column: names[column]!, role: "value", how };
  });
  return [
    ...time(layout.date),
    ...time(layout.time),
    ...place(layout.cluster, "cluster"),
    ...place(layout.node, "node"),
    ...place(layout.metric, "metric"),
    ...layout.tags.map(
      (column): ColumnReading => ({
        column: names[column]!,
        role: "tag",
        how: "part of the metric's name",
      }),
    ),
    ...values,
    ...layout.leftOut.map(
      ({ column, why }): ColumnReading => ({
        column: names[column]!,
        role: "left out",
        how: why,
      }),
    ),
  ];
}
