import { setTimeout as sleep } from "node:timers/promises";
import type { TenantRow } from "@foreshock/client";
import { connect } from "../terminal/connection.ts";
import { type Context, printJson, say } from "../terminal/context.ts";
import { EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { severityColumns } from "../terminal/severity-text.ts";
import { type TableColumn, tableText } from "../terminal/table.ts";
import { countText, sinceText } from "../terminal/time-text.ts";
import { clearScreen, type TopFlags } from "./top-flags.ts";

/** `foreshock top tenant`: how every tenant of the key stands now, in the server's order, worst first. */
export async function topTenants(context: Context, flags: TopFlags): Promise<ExitCode> {
  const client = connect(context.flags, context.io);
  for (;;) {
    const rows = await client.tenants({ signal: context.io.signal });
    show(context, flags, rows);
    if (flags.watch === undefined) return EXIT.ok;
    await sleep(1000 * flags.watch, undefined, { signal: context.io.signal });
  }
}

function show(context: Context, flags: TopFlags, rows: readonly TenantRow[]): void {
  const { io, colors } = context;
  const shown = rows.filter((row) => scoreOf(row) >= flags.min).slice(0, flags.count);
  if (context.flags.json === true) {
    printJson(context, { data: shown.map((row) => ({ path: row.tenant, ...row })) });
    return;
  }
  clearScreen(context, "tenant", flags);
  io.out(tableText(columns(io.now()), shown, io, colors));
  say(context, verdictOf(rows));
}

/** Of the place that the row names; of the whole tenant where none is anomalous. */
function scoreOf({ worst, score }: TenantRow): number {
  return worst?.score ?? score ?? 0;
}

function columns(nowMs: number): TableColumn<TenantRow>[] {
  return [
    ...severityColumns<TenantRow>(scoreOf),
    { title: "TENANT", text: ({ tenant }) => tenant, paint: (text, _, { bold }) => bold(text) },
    { title: "FINDINGS", right: true, text: ({ openFindings }) => countOf(openFindings) },
    { title: "NODES", right: true, text: nodesText },
    { title: "SINCE", text: ({ worst }) => sinceText(worst?.since ?? null, nowMs) },
    { title: "WORST", text: ({ worst }) => (worst === null ? "-" : placeText(worst)) },
    { title: "WHY", text: whyText },
  ];
}

function nodesText({ nodes, anomalousNodes }: TenantRow): string {
  return nodes === null ? "-" : `${countOf(anomalousNodes)}/${countText(nodes)}`;
}

function placeText({ cluster, node }: NonNullable<TenantRow["worst"]>): string {
  return node === null ? cluster : `${cluster}/${node}`;
}

function whyText(row: TenantRow): string {
  const { state, quarantine, pipeline, worst, watermark, isLoading } = row;
  if (state === "starting") return "the server has not taken it up yet";
  if (state === "unavailable") return "it is being started again";
  if (pipeline?.state === "stopped") return pipeline.text;
  if (quarantine !== null) return "points are stored and not judged";
  if (watermark === null) return "no points are judged yet";
  if (worst !== null) return worst.why;
  return isLoading === true ? "history is loading" : "";
}

function countOf(value: number | null): string {
  return value === null ? "-" : countText(value);
}

function verdictOf(rows: readonly TenantRow[]): string {
  const open = rows.filter(({ openFindings }) => (openFindings ?? 0) > 0).length;
  const asked = rows.filter(({ state }) => state === "served").length;
  const unasked = asked === rows.length ? "" : `; ${rows.length - asked} could not be asked`;
  return `${open} of ${rows.length} tenants with open findings${unasked}`;
}
