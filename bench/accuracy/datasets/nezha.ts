import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { firstAtOrAfter, MINUTE_MS, type RankColumn } from "@foreshock/core/fold";
import type { IncidentCase } from "./incident-case.ts";
import { epochSeconds, numbersAt, readPackedCsv } from "./packed-csv.ts";

/** Not stated by the source; CPU faults are visible for 4-5 samples after the injection. */
const FAULT_S = 300;
/** Rows around a fault that count neither as healthy nor as fault. */
const BEFORE_S = 60;
const AFTER_S = 120;

const CPU = ["CpuUsage(m)", "CpuUsageRate(%)"];
const LATENCY = ["Client", "Server"].flatMap((side) =>
  ["P90", "P95", "P99"].map((quantile) => `Pod${side}Latency${quantile}(s)`),
);
/** Faults in code have no metric of their own. */
const METRICS_OF: Readonly<Record<string, readonly string[]>> = {
  cpu_contention: CPU,
  cpu_consumed: CPU,
  network_delay: LATENCY,
  return: [],
  exception: [],
};
/** Columns that are not metrics. TimeStamp is wrong in places, Time is reliable. */
const NO_METRIC = new Set(["Time", "TimeStamp", "PodName", "ServiceName"]);

interface Fault {
  readonly inject_time: string;
  readonly inject_pod: string;
  readonly inject_type: string;
}

interface Day {
  readonly timestampsMs: Float64Array;
  readonly columns: readonly RankColumn[];
  readonly values: readonly Float64Array[];
}

/** Two microservice systems with injected faults; all pods of a day joined on the minute. */
export function readNezha(folder: string): IncidentCase[] {
  const days = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return days.flatMap((day) => casesOf(day, readDay(join(folder, day)), faultsOf(folder, day)));
}

function faultsOf(folder: string, day: string): Fault[] {
  const byHour: Record<string, Fault[]> = JSON.parse(
    readFileSync(join(folder, day, "fault_list.json"), "utf8"),
  );
  return Object.values(byHour)
    .flat()
    .sort((a, b) => (a.inject_time < b.inject_time ? -1 : Number(a.inject_time > b.inject_time)));
}

function casesOf(day: string, recorded: Day, faults: readonly Fault[]): IncidentCase[] {
  const seconds = recorded.timestampsMs.map((at) => at / 1000);
  const from = (at: number) => firstAtOrAfter(seconds, at);
  const injected = faults.map(({ inject_time }) => epochSeconds(inject_time));
  const normalRows = healthyRows(recorded, seconds, injected);
  return faults.map(({ inject_pod, inject_type }, k) => {
    const start = from(injected[k]! - 59);
    return {
      dataset: "nezha",
      group: day,
      name: `${day}/${String(k).padStart(2, "0")}`,
      ...recorded,
      normal: [k === 0 ? 0 : from(injected[k - 1]! + FAULT_S), start],
      abnormal: [start, from(injected[k]! + FAULT_S)],
      rootNode: inject_pod,
      rootMetrics: METRICS_OF[inject_type]!,
      fault: inject_type,
      edges: [],
      normalRows,
    };
  });
}

function healthyRows({ values }: Day, seconds: Float64Array, injected: readonly number[]) {
  const rows: number[] = [];
  seconds.forEach((at, row) => {
    const fault = injected.some((x) => at >= x - BEFORE_S && at < x + FAULT_S + AFTER_S);
    if (!fault && values.some((column) => !Number.isNaN(column[row]!))) rows.push(row);
  });
  return Int32Array.from(rows);
}

function readDay(folder: string): Day {
  const pods = readdirSync(join(folder, "metric"))
    .filter((file) => file.endsWith("_metric.csv.gz") || file === "front_service.csv.gz")
    .sort()
    .map((file) => readPod(join(folder, "metric", file)));
  const all = pods.flatMap(({ rowAt }) => [...rowAt.keys()]);
  const first = all.reduce((a, b) => Math.min(a, b));
  const last = all.reduce((a, b) => Math.max(a, b));
  const minutes = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return {
    timestampsMs: Float64Array.from(minutes, (minute) => minute * MINUTE_MS),
    columns: pods.flatMap(({ columns }) => columns),
    values: pods.flatMap(({ rowAt, values }) =>
      values.map((column) =>
        Float64Array.from(minutes, (minute) => column[rowAt.get(minute) ?? -1] ?? Number.NaN),
      ),
    ),
  };
}

function readPod(path: string) {
  const { names, rows } = readPackedCsv(path);
  const podName = rows[0]![names.indexOf("PodName")];
  const nodeId = path.endsWith("front_service.csv.gz") ? "front_service" : podName!;
  // Of two rows of one minute the first counts.
  const rowAt = new Map<number, number>();
  rows.forEach((row, i) => {
    const minute = Math.floor(epochSeconds(row[names.indexOf("Time")]!.slice(0, 19)) / 60);
    if (!rowAt.has(minute)) rowAt.set(minute, i);
  });
  const metrics = names.filter((name) => !NO_METRIC.has(name));
  return {
    rowAt,
    columns: metrics.map((metricName) => ({ nodeId, metricName })),
    values: metrics.map((name) => numbersAt(rows, names.indexOf(name))),
  };
}
