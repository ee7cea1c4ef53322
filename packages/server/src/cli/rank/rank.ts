import {
  type CallEdge,
  createStreamEngine,
  MetricSeries,
  rankWindow,
  type StreamingEngine,
} from "@foreshock/core";
import type { CsvOptions } from "../../ingest/csv-layout.ts";
import { readCsvTable } from "../../ingest/csv-table.ts";
import { type Context, printJson, say } from "../context.ts";
import { CliError, EXIT, type ExitCode } from "../exit-code.ts";
import { counted, csvInput } from "../input.ts";
import { Progress } from "../progress.ts";
import { severityColumns } from "../severity-text.ts";
import { type TableColumn, tableText } from "../table.ts";
import { timeText } from "../time-text.ts";
import { readCallGraph } from "./call-graph.ts";
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
}

const MEGABYTE = 1e6;
/** Digits that are told of scores and values. */
const DIGITS = 1e6;

/** `foreshock rank FILE --from T --to T`: who misbehaves most then, learnt from what came before. */
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
  const table = await readCsvTable({ name: input.name, bytes }, csv).finally(() => progress.end());
  const engine = createStreamEngine();
  const rows = pivotClusters(table, flags.to)
    .flatMap((pivot) => rankCluster(pivot, engine, flags, edges))
    .toSorted((a, b) => b.score - a.score || b.value - a.value);
  show(context, flags, rows);
  return EXIT.ok;
}

function rankCluster(
  { cluster, columns, timestampsMs, values }: ClusterPivot,
  engine: StreamingEngine,
  { from, to, level }: RankFlags,
  edges: readonly CallEdge[],
): RankRow[] {
  const p = columns.map(({ nodeId, metricName }, c) => {
    const place = { tenantId: "file", clusterId: cluster, nodeId, metricName };
    const series = new MetricSeries({ ...place, timestamps: timestampsMs, values: values[c]! });
    return engine.score(series).p;
  });
  const ranking = rankWindow({ timestampsMs, columns, values, p, startMs: from, endMs: to, edges });
  if (level === "node") {
    return ranking.nodes.map(({ nodeId, score, value }) => ({
      cluster,
      node: nodeId,
      score: rounded(score),
      value: rounded(value),
    }));
  }
  return ranking.metrics.map(({ nodeId, metricName, score, value }) => ({
    cluster,
    node: nodeId,
    metric: metricName,
    score: rounded(score),
    value: rounded(value),
  }));
}

function rounded(value: number): number {
  return Math.round(value * DIGITS) / DIGITS;
}

function show(context: Context, flags: RankFlags, rows: readonly RankRow[]): void {
  const { io, colors } = context;
  if (context.flags.json === true) {
    printJson(context, rows);
    return;
  }
  const range = `${timeText(flags.from)} to ${timeText(flags.to)} UTC`;
  if (rows.length === 0) {
    say(context, `no rows from ${range}: check --from and --to against the file's times`);
    return;
  }
  const columns: TableColumn<RankRow>[] = [
    ...severityColumns<RankRow>(({ score }) => score),
    { title: "VALUE", right: true, text: ({ value }) => value.toFixed(2) },
    { title: "CLUSTER", text: ({ cluster }) => cluster },
    {
      title: "NODE",
      text: ({ node }) => node,
      paint: (text, _, paint) => paint.bold(text),
    },
  ];
  if (flags.level === "metric")
    columns.push({ title: "METRIC", text: ({ metric = "" }) => metric });
  io.out(tableText(columns, rows.slice(0, flags.count), io, colors));
  const worst = rows[0]!.score;
  const verdict = worst >= 0.5 ? "unusual for this cluster" : "as in any healthy range";
  say(context, `${range}: ${verdict} (${worst.toFixed(2)}; 0.5 in one healthy range of twenty)`);
}
