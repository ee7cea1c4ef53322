import {
  type CallEdge,
  changedMeaningText,
  createStreamEngine,
  evidenceOf,
  MetricSeries,
  rankWindow,
  type StreamingEngine,
  type WindowRanking,
} from "@foreshock/core/fold";
import { readTable } from "../../files/csv-table.ts";
import { ratedTable } from "../../files/rates.ts";
import type { CsvOptions } from "../../files/read-options.ts";
import { type Context, printJson, say } from "../terminal/context.ts";
import { CliError, EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { counted, csvInput } from "../terminal/input.ts";
import { Progress } from "../terminal/progress.ts";
import { severityColumns, shareText } from "../terminal/severity-text.ts";
import { type TableColumn, tableText } from "../terminal/table.ts";
import { sinceText, timeText } from "../terminal/time-text.ts";
import { readCallGraph } from "./call-graph.ts";
import { ownRows, rowsByStep } from "./joined-rows.ts";
import { type ClusterPivot, pivotClusters } from "./pivot.ts";

export interface RankFlags {
  /** [from, to) in epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly level: "node" | "metric";
  readonly graph?: string | undefined;
  readonly count: number;
}

interface RankRow {
  readonly cluster: string;
  readonly node: string;
  readonly metric?: string;
  /** 0..1: 0.5 or more in at most one healthy range of twenty. */
  readonly score: number;
  /** For the order inside one cluster. */
  readonly value: number;
  /** ISO 8601; before the range if the range starts late, null if nothing moved. */
  readonly onset: string | null;
  /** Of a metric: how much of its node's value it makes up. */
  readonly share?: number;
  /** Of a node: the metrics that make up its value, shares sum to 1. */
  readonly metrics?: readonly { readonly metric: string; readonly share: number }[];
}

/** What the data themselves did, see `ChangedMeaning`. */
interface DataQuality {
  readonly cluster: string;
  readonly metric: string;
  readonly nodes: readonly string[];
  readonly reason: string;
}

interface ClusterRanking {
  readonly rows: readonly RankRow[];
  readonly dataQuality: readonly DataQuality[];
}

const MEGABYTE = 1e6;
/** Digits of scores and values that are printed. */
const DIGITS = 1e6;

/** `foreshock rank FILE --from T --to T`: who misbehaves most in that range, judged by what came before. */
export async function rank(
  context: Context,
  path: string,
  flags: RankFlags & { readonly csv: CsvOptions },
): Promise<ExitCode> {
  if (!(flags.from < flags.to)) {
    throw new CliError("the range is empty", EXIT.usage, "--from must be before --to");
  }
  const edges = flags.graph === undefined ? [] : await readCallGraph(flags.graph);
  const input = csvInput(path, context.io);
  const total = input.bytes / MEGABYTE;
  const { quiet } = context.flags;
  const progress = new Progress(context.io, { title: "read", unit: "MB", total, quiet });
  const bytes = counted(input.open(), (count) => progress.add(count / MEGABYTE));
  const csv = { ...flags.csv, node: flags.csv.node ?? input.stem };
  const read = await readTable({ name: input.name, bytes }, csv).finally(() => progress.end());
  const { table, remarks } = ratedTable(read.table, csv.counters);
  for (const remark of [...read.description.remarks, ...remarks]) {
    say(context, `${input.name}: ${remark}`);
  }
  const engine = createStreamEngine();
  const clusters = pivotClusters(table, flags.to).map((pivot) =>
    rankCluster(pivot, engine, flags, edges),
  );
  const called = new Set(edges.flat());
  if (edges.length > 0 && !table.entities.some(({ node }) => called.has(node))) {
    say(context, "none of the nodes of the call graph is in the file: check their names");
  }
  const rows = clusters
    .flatMap((ranking) => ranking.rows)
    .toSorted((a, b) => b.score - a.score || b.value - a.value);
  const dataQuality = clusters.flatMap((ranking) => ranking.dataQuality);
  show(context, flags, { rows, dataQuality });
  return EXIT.ok;
}

function rankCluster(
  { cluster, columns, timestampsMs, values }: ClusterPivot,
  engine: StreamingEngine,
  { from, to, level }: RankFlags,
  edges: readonly CallEdge[],
): ClusterRanking {
  const own = ownRows(values);
  const p = columns.map(({ nodeId, metricName }, c) => {
    const place = { tenantId: "file", clusterId: cluster, nodeId, metricName };
    return pOfColumn(engine, place, timestampsMs, values[c]!, own[c]!);
  });
  const rows = rowsByStep({ timestampsMs, values, p }, own);
  const ranking = rankWindow({ ...rows, columns, startMs: from, endMs: to, edges });
  return {
    rows: level === "node" ? nodeRows(cluster, ranking) : metricRows(cluster, ranking),
    dataQuality: ranking.changedMeanings.map((changed) => ({
      cluster,
      metric: changed.metricName,
      nodes: changed.nodeIds,
      reason: changedMeaningText(changed),
    })),
  };
}

/** p of a metric at every instant of its cluster; 1 where the metric has no point of its own. */
function pOfColumn(
  engine: StreamingEngine,
  place: Pick<MetricSeries, "tenantId" | "clusterId" | "nodeId" | "metricName">,
  timestampsMs: Float64Array,
  values: Float64Array,
  own: Int32Array,
): Float64Array {
  const series = new MetricSeries({
    ...place,
    timestamps: Float64Array.from(own, (row) => timestampsMs[row]!),
    values: Float64Array.from(own, (row) => values[row]!),
  });
  const p = evidenceOf(engine.score(series));
  if (own.length === values.length) return p;
  const spread = new Float64Array(values.length).fill(1);
  own.forEach((row, i) => {
    spread[row] = p[i]!;
  });
  return spread;
}

function nodeRows(cluster: string, { nodes }: WindowRanking): RankRow[] {
  return nodes.map(({ nodeId, score, value, onsetMs, contributions }) => ({
    cluster,
    node: nodeId,
    score: rounded(score),
    value: rounded(value),
    onset: isoOf(onsetMs),
    metrics: contributions.map(({ metricName, share }) => ({
      metric: metricName,
      share: rounded(share),
    })),
  }));
}

function metricRows(cluster: string, { metrics }: WindowRanking): RankRow[] {
  return metrics.map(({ nodeId, metricName, score, value, share, onsetMs }) => ({
    cluster,
    node: nodeId,
    metric: metricName,
    score: rounded(score),
    value: rounded(value),
    onset: isoOf(onsetMs),
    share: rounded(share),
  }));
}

function isoOf(atMs: number): string | null {
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
}

function rounded(value: number): number {
  return Math.round(value * DIGITS) / DIGITS;
}

function show(context: Context, flags: RankFlags, { rows, dataQuality }: ClusterRanking): void {
  const { io, colors } = context;
  if (context.flags.json === true) {
    printJson(context, { data: rows, dataQuality });
    return;
  }
  const range = `${timeText(flags.from)} to ${timeText(flags.to)} UTC`;
  if (rows.length === 0) {
    say(context, `no rows from ${range}: check --from and --to against the file's times`);
    return;
  }
  io.out(tableText(columnsFor(flags), rows.slice(0, flags.count), io, colors));
  for (const { cluster, reason } of dataQuality) {
    say(context, `data quality, ${cluster}: ${reason}`);
  }
  const worst = rows[0]!.score;
  const verdict = worst >= 0.5 ? "unusual for this cluster" : "normal for a healthy range";
  say(context, `${range}: ${verdict} (${worst.toFixed(2)}; 0.5 in one healthy range of twenty)`);
}

function columnsFor({ level, to }: RankFlags): TableColumn<RankRow>[] {
  const columns: TableColumn<RankRow>[] = [
    ...severityColumns<RankRow>(({ score }) => score),
    { title: "VALUE", right: true, text: ({ value }) => value.toFixed(2) },
    { title: "SINCE", text: ({ onset }) => sinceText(onset, to) },
    { title: "CLUSTER", text: ({ cluster }) => cluster },
    {
      title: "NODE",
      text: ({ node }) => node,
      paint: (text, _, paint) => paint.bold(text),
    },
  ];
  if (level === "metric") {
    columns.push(
      { title: "METRIC", text: ({ metric = "" }) => metric },
      { title: "SHARE", right: true, text: ({ share = 0 }) => shareText(share) },
    );
  } else {
    const told = ({ metrics = [] }: RankRow) =>
      metrics.map(({ metric, share }) => `${metric} ${shareText(share)}`).join(", ");
    columns.push({ title: "METRICS", text: told });
  }
  return columns;
}
