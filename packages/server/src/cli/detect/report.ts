import { type Context, say } from "../terminal/context.ts";
import { severityColumns } from "../terminal/severity-text.ts";
import { type TableColumn, tableText } from "../terminal/table.ts";
import { countText, durationText, timeText } from "../terminal/time-text.ts";
import type { OpeningRecord } from "./openings.ts";
import { type AnomalyRecord, type FileSummary, type NodeRecord, worst } from "./summary.ts";

/** The summaries of all files as one. */
export interface DetectReport {
  readonly files: number;
  /** What people should know about how files were read. */
  readonly remarks: readonly { readonly file: string; readonly text: string }[];
  readonly rows: number;
  readonly points: number;
  readonly series: number;
  readonly nodes: number;
  readonly elapsedMs: number;
  readonly threshold: number;
  readonly level: "node" | "metric";
  readonly metricCount: number;
  readonly metricByChance: number;
  readonly nodeCount: number;
  readonly nodeByChance: number;
  /** Worst first. */
  readonly anomalies: readonly AnomalyRecord[];
  readonly nodeAnomalies: readonly NodeRecord[];
  /** In the order of opening; undefined where the engine has none. */
  readonly openings: readonly OpeningRecord[] | undefined;
}

export interface ReportOptions {
  readonly threshold: number;
  readonly count: number;
  readonly level?: "node" | "metric" | undefined;
}

export function reportOf(
  summaries: readonly FileSummary[],
  { threshold, count, level }: ReportOptions,
  elapsedMs: number,
): DetectReport {
  const sum = (of: (summary: FileSummary) => number) =>
    summaries.reduce((total, summary) => total + of(summary), 0);
  const series = sum((one) => one.series);
  const nodes = sum((one) => one.nodes);
  const openings = summaries.every((one) => one.openings !== undefined);
  return {
    openings: openings
      ? summaries.flatMap((one) => one.openings ?? []).sort((a, b) => a.openedAt - b.openedAt)
      : undefined,
    files: summaries.length,
    remarks: summaries.flatMap(({ file, remarks = [] }) => remarks.map((text) => ({ file, text }))),
    rows: sum((one) => one.rows),
    points: sum((one) => one.points),
    series,
    nodes,
    elapsedMs,
    threshold,
    level: level ?? (series > nodes ? "node" : "metric"),
    metricCount: sum((one) => one.metricCount),
    metricByChance: sum((one) => one.metricByChance),
    nodeCount: sum((one) => one.nodeCount),
    nodeByChance: sum((one) => one.nodeByChance),
    anomalies: worst(
      summaries.flatMap((one) => one.anomalies),
      count,
    ),
    nodeAnomalies: worst(
      summaries.flatMap((one) => one.nodeAnomalies),
      count,
    ),
  };
}

/** As the API lists anomalies: instants as RFC 3339, metrics under `data`, nodes under `nodes`. */
export function reportJson({ anomalies, nodeAnomalies, openings, ...found }: DetectReport) {
  const { files, rows, points, series, nodes, threshold, level } = found;
  const { metricCount, metricByChance, nodeCount, nodeByChance } = found;
  return {
    data: anomalies.map(({ explanation, ...row }) => ({
      ...row,
      windowStart: iso(row.windowStart),
      windowEnd: iso(row.windowEnd),
      explanation: {
        ...explanation,
        onset: iso(explanation.onset),
        peak: iso(explanation.peak),
      },
    })),
    nodes: nodeAnomalies.map((row) => ({
      ...row,
      windowStart: iso(row.windowStart),
      windowEnd: iso(row.windowEnd),
      contributions: row.contributions.map((part) => ({ ...part, onset: iso(part.onset) })),
    })),
    openings:
      openings?.map((row) => ({
        ...row,
        openedAt: iso(row.openedAt),
        lastAt: iso(row.lastAt),
        closedAt: row.closedAt === undefined ? null : iso(row.closedAt),
      })) ?? null,
    // The same file gives the same JSON: the time it took goes to stderr only.
    remarks: found.remarks,
    summary: {
      ...{ files, rows, points, series, nodes, threshold, level },
      ...{ metricCount, metricByChance, nodeCount, nodeByChance },
    },
  };
}

/** The ranked table, and on stderr what was read and how much of it chance explains. */
export function report(context: Context, found: DetectReport): void {
  const { io, colors } = context;
  const rows = found.level === "node" ? found.nodeAnomalies : found.anomalies;
  if (rows.length > 0 || !io.outIsTerminal) {
    io.out(
      found.level === "node"
        ? tableText(nodeColumns(found), found.nodeAnomalies, io, colors)
        : tableText(metricColumns(found), found.anomalies, io, colors),
    );
  }
  say(context, verdictOf(found, rows.length));
}

function verdictOf(found: DetectReport, shown: number): string {
  const count = found.level === "node" ? found.nodeCount : found.metricCount;
  const chance = found.level === "node" ? found.nodeByChance : found.metricByChance;
  const what = found.level === "node" ? "nodes" : "metrics";
  const read = `${countText(found.points)} points of ${countText(found.series)} series in ${durationText(found.elapsedMs)}`;
  const due = `${countText(count)} anomalies of ${what} at ${found.threshold} or more, ${Number(chance.toPrecision(2))} expected by chance`;
  const more = count > shown ? `; the worst ${shown} are shown` : "";
  return `${read}: ${due}${more}`;
}

function metricColumns({ files }: DetectReport): TableColumn<AnomalyRecord>[] {
  return [
    ...severityColumns<AnomalyRecord>(({ score }) => score),
    {
      title: "SERIES",
      text: (row) => placeText(row, files, row.metric),
      paint: (text, _, colors) => colors.bold(text),
    },
    ...whenColumns<AnomalyRecord>(),
    { title: "LABEL", text: ({ label }) => label },
    { title: "WHY", text: ({ explanation }) => explanation.text },
  ];
}

function nodeColumns({ files }: DetectReport): TableColumn<NodeRecord>[] {
  return [
    ...severityColumns<NodeRecord>(({ score }) => score),
    {
      title: "NODE",
      text: (row) => placeText(row, files),
      paint: (text, _, colors) => colors.bold(text),
    },
    ...whenColumns<NodeRecord>(),
    {
      title: "METRICS",
      right: true,
      text: (row) => `${row.numAnomaliesDetected}/${row.numMetricsAnalyzed}`,
    },
    { title: "WHY", text: ({ text }) => text },
  ];
}

function whenColumns<Row extends { readonly windowStart: number; readonly windowEnd: number }>() {
  const columns: TableColumn<Row>[] = [
    { title: "SINCE", text: ({ windowStart }) => timeText(windowStart) },
    {
      title: "FOR",
      right: true,
      text: ({ windowStart, windowEnd }) => durationText(windowEnd - windowStart),
    },
  ];
  return columns;
}

/** cluster/node/metric, with the file in front where several files could mean the same. */
function placeText(
  {
    file,
    cluster,
    node,
  }: { readonly file: string; readonly cluster: string; readonly node: string },
  files: number,
  metric?: string,
): string {
  const path = [cluster, node, metric].filter((part) => part !== undefined).join("/");
  return files > 1 && !file.includes(node) ? `${file}: ${path}` : path;
}

function iso(atMs: number): string | null {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : null;
}
