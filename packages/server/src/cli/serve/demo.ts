import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import { byWeight, findingText, type TenantFinding } from "../../demo/findings-text.ts";
import { DAYS_MIN, SimulatedFleet, STEP_MS } from "../../demo/fleet.ts";
import { NODES_MIN } from "../../demo/fleet-plan.ts";
import { scoreFindings } from "../../demo/score.ts";
import { scoreJson, scoreText } from "../../demo/score-text.ts";
import { ThisMachine } from "../../demo/this-machine.ts";
import { demoFaults } from "../../demo/truth-route.ts";
import { batchOf } from "../../platform/ingest-batch.ts";
import type { IngestSeries } from "../../platform/ingest-series.ts";
import type { RunningServer } from "../../serve/start-server.ts";
import type { Context } from "../terminal/context.ts";
import { printJson, say } from "../terminal/context.ts";
import { CliError, EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { Progress } from "../terminal/progress.ts";
import { DemoKeys } from "./demo-keys.ts";
import { closed, started } from "./run-server.ts";
import { configOf, type ServeFlags, stopSignal } from "./serve.ts";

export interface DemoFlags extends ServeFlags {
  /** Nodes of the simulated fleet. */
  readonly nodes?: number | undefined;
  /** Days of history. */
  readonly days?: number | undefined;
  readonly seed?: number | undefined;
  /** End of the history in epoch milliseconds; default now, and one instant for all where it is scored. */
  readonly end?: number | undefined;
  /** Print hits, misses and false findings against the answer key, then exit. */
  readonly score: boolean;
  /** Watch this machine too, next to the simulated fleet. */
  readonly live: boolean;
}

/** What is scored is one fleet, not another one at each hour of the week: a seed has one verdict. */
const SCORED_END_MS = Date.UTC(2026, 10, 23, 18);
const LIVE_TENANT = "local";
const LIVE_EVERY_MS = 5000;
/** The last hours are replayed slowly enough to see faults appear. */
const REPLAY_MS = 6 * HOUR_MS;
const REPLAY_STEP_MS = 2000;
const SHOWN_FINDINGS = 5;
/** The key that the demo shows ends with the demo; a demo that was killed leaves one for at most this long. */
const KEY_LIFE_MS = 7 * DAY_MS;
/** The demo's own fleet is not rate-limited. */
const NO_LIMITS = {
  pointsPerSecond: 1e9,
  pointsBurst: 1e9,
  queryRequestsPerSecond: 1000,
  activeSeriesMax: 10_000_000,
};

/** `foreshock demo`: a simulated fleet with known faults, scored, then live until stopped. */
export async function demo(flags: DemoFlags, context: Context): Promise<ExitCode> {
  const { io } = context;
  const fleet = fleetOf(flags, io.now());
  const ownDir =
    flags.dataDir === undefined ? mkdtempSync(join(tmpdir(), "foreshock-demo-")) : undefined;
  const config = configOf(
    { ...flags, dataDir: flags.dataDir ?? ownDir, logLevel: flags.logLevel ?? "error" },
    io.env,
  );
  const truth = (tenantId: string) => demoFaults(fleet.truth, tenantId);
  const now = flags.score ? () => fleet.endMs : io.now;
  const server = await started({ config, now, demoTruth: truth });
  try {
    return await run(fleet, server, flags, { ...context, io: { ...io, now } });
  } finally {
    await closed(server);
    if (ownDir !== undefined) rmSync(ownDir, { recursive: true, force: true });
  }
}

function fleetOf(
  { nodes = 240, days = 28, seed = 1, end, score }: DemoFlags,
  nowMs: number,
): SimulatedFleet {
  if (nodes < NODES_MIN || days < DAYS_MIN) {
    throw new CliError(
      `${nodes} nodes over ${days} days are too few for the known faults`,
      EXIT.usage,
      `use --nodes ${NODES_MIN} or more and --days ${DAYS_MIN} or more`,
    );
  }
  return new SimulatedFleet({
    seed,
    nodes,
    days,
    endMs: end ?? (score ? SCORED_END_MS : nowMs),
    faults: true,
  });
}

async function run(
  fleet: SimulatedFleet,
  server: RunningServer,
  flags: DemoFlags,
  context: Context,
): Promise<ExitCode> {
  const tenants = fleet.plan.tenants.map(({ tenantId }) => tenantId);
  const live = flags.live && !flags.score;
  for (const tenant of live ? [...tenants, LIVE_TENANT] : tenants) {
    server.control.ensureTenant(tenant);
    server.control.changeSettings(tenant, { limits: NO_LIMITS });
  }
  const { token: key, key: record } = server.control.createKey({
    scope: "operator",
    note: "demo",
    expiresAt: context.io.now() + KEY_LIFE_MS,
  });
  try {
    return await show(fleet, server, flags, context, key);
  } finally {
    server.control.revokeKey(record.keyId);
  }
}

async function show(
  fleet: SimulatedFleet,
  server: RunningServer,
  flags: DemoFlags,
  context: Context,
  key: string,
): Promise<ExitCode> {
  const tenants = fleet.plan.tenants.map(({ tenantId }) => tenantId);
  const live = flags.live && !flags.score;
  for (const line of greeting(fleet, server, key)) say(context, line);
  const began = performance.now();
  const points = await history(
    fleet,
    server,
    context,
    flags.score ? fleet.endMs : fleet.endMs - REPLAY_MS,
  );
  const seconds = (performance.now() - began) / 1000;
  say(
    context,
    `  detect    ${points.toLocaleString("en")} points stored, scored and rolled up in ${seconds.toFixed(1)} s`,
  );
  const found = await findingsOf(server, tenants, fleet);
  if (flags.score) return report(fleet, found, context);
  tell(context, found, server, key);
  await stayLive(fleet, server, live, context);
  return EXIT.ok;
}

function greeting(fleet: SimulatedFleet, server: RunningServer, key: string): string[] {
  const { tenants, nodeCount } = fleet.plan;
  const clusters = tenants.reduce((sum, tenant) => sum + tenant.clusters.length, 0);
  const days = Math.round((fleet.endMs - fleet.startMs) / DAY_MS);
  return [
    "foreshock demo",
    `  fleet     ${tenants.length} tenants, ${clusters} clusters, ${nodeCount} nodes, ${12 * nodeCount} series, ` +
      `${days} days (${fleet.truth.faults.length} known incidents)`,
    `  open      ${server.url}/?key=${key}`,
  ];
}

/** Stores and scores everything before `untilMs`, oldest first, at full speed. */
async function history(
  fleet: SimulatedFleet,
  { platform }: RunningServer,
  { io }: Context,
  untilMs: number,
): Promise<number> {
  const total = (12 * fleet.plan.nodeCount * (untilMs - fleet.startMs)) / STEP_MS;
  const progress = new Progress(io, { title: "  detect", unit: "points", total });
  let points = 0;
  for (const { tenantId, series, pointCount } of fleet.history(untilMs)) {
    if (io.signal.aborted) break;
    await platform.forTenant(tenantId).ingest(batchOf(series));
    points += pointCount;
    progress.add(pointCount);
  }
  await platform.settled();
  progress.end();
  return points;
}

async function findingsOf(
  { platform }: RunningServer,
  tenants: readonly string[],
  fleet: SimulatedFleet,
): Promise<TenantFinding[]> {
  const range = { startMs: fleet.startMs, endMs: fleet.cursorMs + STEP_MS };
  const all = await Promise.all(
    tenants.map(async (tenant) => {
      const { data } = await platform.forTenant(tenant).findings(range, { limit: 1000 });
      return data.map((finding) => ({ ...finding, tenant }));
    }),
  );
  return all.flat().sort(byWeight);
}

function report(
  fleet: SimulatedFleet,
  found: readonly TenantFinding[],
  context: Context,
): ExitCode {
  const score = scoreFindings(fleet.truth, found);
  if (context.flags.json === true) printJson(context, scoreJson(score));
  else context.io.out(scoreText(score));
  return score.passed ? EXIT.ok : EXIT.error;
}

function tell(
  { io }: Context,
  found: readonly TenantFinding[],
  server: RunningServer,
  key: string,
): void {
  const open = found.filter(({ closedAt }) => closedAt === null).length;
  io.out(`\n  ${open} findings open, ${found.length} over the whole history; the first ones:\n`);
  for (const finding of found.slice(0, SHOWN_FINDINGS)) io.out(findingText(finding));
  io.out(`\n  open ${server.url}/?key=${key}\n`);
}

/** Replays the last hours at a visible pace, then continues in real time until stopped. */
async function stayLive(
  fleet: SimulatedFleet,
  server: RunningServer,
  live: boolean,
  context: Context,
): Promise<void> {
  const { io } = context;
  const { platform } = server;
  const quit = new AbortController();
  const keys = new DemoKeys(fleet, context, () => quit.abort());
  const machine = new ThisMachine();
  const send = async (tenantId: string, series: readonly IngestSeries[]) => {
    if (quit.signal.aborted || !platform.ready()) return;
    await platform.forTenant(tenantId).ingest(batchOf(series));
  };
  const fail = (error: unknown) =>
    io.err(`the demo's own data could not be stored: ${String(error)}\n`);
  const step = setInterval(() => {
    const dueMs = Math.min(fleet.cursorMs + STEP_MS, io.now());
    for (const batch of fleet.advance(dueMs)) send(batch.tenantId, batch.series).catch(fail);
  }, REPLAY_STEP_MS);
  const watch = setInterval(() => {
    if (live) send(LIVE_TENANT, machine.sample(io.now())).catch(fail);
  }, LIVE_EVERY_MS);
  say(context, keys.help());
  try {
    await Promise.race([stopSignal(io.signal), aborted(quit.signal)]);
  } finally {
    quit.abort();
    clearInterval(step);
    clearInterval(watch);
    keys.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
