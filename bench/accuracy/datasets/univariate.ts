import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { epochSeconds, numbersOf, type PackedCsv, readPackedCsv } from "./packed-csv.ts";
import { type IndexRange, type LabelledSeries, medianStep, runsOf } from "./record.ts";

const ENDING = ".csv.gz";
/** NAB's probation: 15 % of a file, at most this many rows. */
const NAB_TRAIN_SHARE = 0.15;
const NAB_TRAIN_ROWS_MAX = 750;

type Labels = Readonly<Record<string, readonly (readonly [string, string])[]>>;

/** The Numenta benchmark: labels are windows around the anomalies, about a tenth of each file. */
export function readNab(folder: string): LabelledSeries[] {
  const labels: Labels = JSON.parse(
    readFileSync(join(folder, "labels", "combined_windows.json"), "utf8"),
  );
  return Object.keys(labels)
    .sort()
    .map((key) => {
      const csv = readPackedCsv(join(folder, "data", `${key}.gz`));
      const seconds = secondsOf(csv, "timestamp");
      const windows = labels[key]!.map(([from, to]) => {
        const [start, end] = [epochSeconds(from), epochSeconds(to)];
        const first = seconds.findIndex((at) => at >= start);
        return [first, seconds.findLastIndex((at) => at <= end)] as const;
      });
      return seriesOf({
        dataset: "nab",
        group: key.split("/")[0]!,
        series: key,
        metric: basename(key, ".csv"),
        seconds,
        values: numbersOf(csv, "value"),
        labels: labelsOf(windows, seconds.length),
        windows,
        trainEnd: Math.floor(Math.min(NAB_TRAIN_SHARE * seconds.length, NAB_TRAIN_ROWS_MAX)),
      });
    });
}

/** Synthetic series of Merlion, with made-up times. */
export function readMerlionSynthetic(folder: string): LabelledSeries[] {
  return csvFiles(folder).map((file) => {
    const csv = readPackedCsv(join(folder, file));
    const name = file.slice(0, -ENDING.length);
    const metric = csv.names.find((column) => column !== "timestamp" && column !== "anomaly")!;
    const seconds = numbersOf(csv, "timestamp");
    return seriesOf({
      dataset: "merlion-synthetic",
      group: name.replace(/_(dip|level|shock|spike|trend)_anomaly$/, ""),
      series: name,
      metric,
      seconds,
      values: numbersOf(csv, metric),
      labels: csv.names.includes("anomaly")
        ? flags(numbersOf(csv, "anomaly"))
        : new Uint8Array(seconds.length),
    });
  });
}

/** Telemetry of Microsoft's services, labelled by the people who run them. */
export function readMsCloudMonitoring(folder: string): LabelledSeries[] {
  return csvFiles(folder).map((file) => {
    const csv = readPackedCsv(join(folder, file));
    const unsorted = secondsOf(csv, "TimeStamp");
    const order = timeOrder(unsorted);
    const take = (column: Float64Array) => column.map((_, i) => column[order[i]!]!);
    return seriesOf({
      dataset: "ms-cloud-monitoring",
      group: file.split("/")[0]!,
      series: file.slice(0, -ENDING.length),
      metric: basename(file, ENDING),
      seconds: take(unsorted),
      values: take(numbersOf(csv, "Value")),
      labels: flags(take(numbersOf(csv, "Label"))),
    });
  });
}

/** Single KPIs of the AIOps kind. */
export function readKpiSamples(folder: string): LabelledSeries[] {
  return csvFiles(folder).map((file) => {
    const csv = readPackedCsv(join(folder, file));
    const unsorted = numbersOf(csv, "timestamp");
    const order = timeOrder(unsorted);
    const take = (column: Float64Array) => column.map((_, i) => column[order[i]!]!);
    const name = file.slice(0, -ENDING.length);
    return seriesOf({
      dataset: "kpi-samples",
      group: name.split("_")[0]!,
      series: name,
      metric: name,
      seconds: take(unsorted),
      values: take(numbersOf(csv, "value")),
      labels: flags(take(numbersOf(csv, "label"))),
    });
  });
}

interface Draft extends Pick<LabelledSeries, "dataset" | "group" | "series" | "labels"> {
  readonly metric: string;
  readonly seconds: Float64Array;
  readonly values: Float64Array;
  readonly windows?: readonly IndexRange[];
  readonly trainEnd?: number;
}

function seriesOf({ metric, seconds, values, windows, trainEnd, ...draft }: Draft): LabelledSeries {
  const timestampsMs = seconds.map((at) => at * 1000);
  return {
    ...draft,
    timestampsMs,
    columns: [values],
    metricNames: [metric],
    intervalMs: medianStep(timestampsMs),
    windows: windows ?? runsOf(draft.labels),
    trainEnd,
    causes: [],
  };
}

function secondsOf(csv: PackedCsv, name: string): Float64Array {
  const at = csv.names.indexOf(name);
  return Float64Array.from(csv.rows, (row) => epochSeconds(row[at]!));
}

/** Row numbers by time; rows of one instant keep their order. */
function timeOrder(seconds: Float64Array): number[] {
  return Array.from(seconds, (_, i) => i).sort((a, b) => seconds[a]! - seconds[b]! || a - b);
}

function flags(column: Float64Array): Uint8Array {
  return Uint8Array.from(column, (value) => (value > 0 ? 1 : 0));
}

function labelsOf(windows: readonly IndexRange[], length: number): Uint8Array {
  const labels = new Uint8Array(length);
  for (const [first, last] of windows) labels.fill(1, first, last + 1);
  return labels;
}

/** Paths inside the folder, by name. */
function csvFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ENDING))
    .sort();
}
