import { setTimeout as sleep } from "node:timers/promises";
import type { Foreshock, RankingReply, RankingRow, Summary } from "@foreshock/client";
import type { Level } from "@foreshock/core/fold";
import { connect } from "../terminal/connection.ts";
import { type Context, printJson, say } from "../terminal/context.ts";
import { EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { severityColumns, shareText } from "../terminal/severity-text.ts";
import { type TableColumn, tableText } from "../terminal/table.ts";
import { sinceText } from "../terminal/time-text.ts";
import { clearScreen, type TopFlags } from "./top-flags.ts";
import { topTenants } from "./top-tenants.ts";

/** `foreshock top [level]`: who misbehaves most now, worst first. */
export async function top(context: Context, level: Level, flags: TopFlags): Promise<ExitCode> {
  if (level === "tenant") return topTenants(context, flags);
  const client = connect(context.flags, context.io);
  for (;;) {
    const reply = await look(context, client, level, flags);
    show(context, level, flags, reply);
    if (flags.watch === undefined) return EXIT.ok;
    await sleep(1000 * flags.watch, undefined, { signal: context.io.signal });
  }
}

/** The ranking, and whether points still come: what is said of now is as old as the newest of them. */
type Look = RankingReply & Pick<Summary, "pipeline">;

async function look(
  { io }: Context,
  client: Foreshock,
  level: Level,
  { count, since, min, cluster }: TopFlags,
): Promise<Look> {
  const { signal } = io;
  const query = { level, n: count, from: since, to: "now", cluster };
  const asked = [client.rankings(query, { signal }), client.summary({ signal })] as const;
  const [reply, { pipeline }] = await Promise.all(asked);
  return { ...reply, pipeline, data: reply.data.filter(({ score }) => score >= min) };
}

function show(context: Context, level: Level, flags: TopFlags, reply: Look): void {
  const { io, colors } = context;
  if (context.flags.json === true) {
    printJson(context, {
      ...reply,
      data: reply.data.map((row) => ({ path: pathOf(row), ...row })),
    });
    return;
  }
  clearScreen(context, level, flags);
  io.out(tableText(columnsFor(level, io.now()), reply.data, io, colors));
  for (const { reason } of reply.dataQuality) say(context, `data quality: ${reason}`);
  if (reply.pipeline.state === "stopped") say(context, reply.pipeline.text);
  say(context, verdictOf(level, flags, reply));
}

function verdictOf(level: Level, { since }: TopFlags, reply: RankingReply): string {
  if (reply.data.length === 0) {
    return `nothing to rank since ${since}: see \`foreshock import\` for sending data`;
  }
  const chance = Number(reply.expectedByChance.toPrecision(2));
  const what = reply.anomalous === 1 ? level : `${level}s`;
  return `${reply.anomalous} anomalous ${what} since ${since}, ${chance} expected by chance`;
}

/** cluster, cluster/node or cluster/node/metric: what `foreshock why` takes. */
export function pathOf({ cluster, node, metric }: Pick<RankingRow, "cluster" | "node" | "metric">) {
  return [cluster, node, metric].filter((part) => part !== null).join("/");
}

function columnsFor(level: Level, nowMs: number): TableColumn<RankingRow>[] {
  return [
    ...severityColumns<RankingRow>(({ score }) => score),
    {
      title: level.toUpperCase(),
      text: (row) => pathOf(row) || "(all)",
      paint: (text, _, colors) => colors.bold(text),
    },
    { title: "SINCE", text: ({ onset }) => sinceText(onset, nowMs) },
    level === "metric"
      ? { title: "SHARE", right: true, text: ({ share }) => shareText(share) }
      : {
          title: "METRICS",
          right: true,
          text: (row) => `${row.numAnomaliesDetected}/${row.numMetricsAnalyzed}`,
        },
    { title: "WHY", text: ({ why }) => why },
  ];
}
