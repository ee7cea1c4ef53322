import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pollHealth } from "../../tooling/poll-health.ts";
import { differences, type Everything, everythingOf } from "../everything.ts";
import { LoadClient } from "../load-client.ts";
import { LoadServer, WIDE } from "../load-server.ts";
import { type MachineShare, watchMachine } from "../machine-share.ts";
import { largest, quantile } from "../table.ts";
import { type QuietPlan, quietPlan, STEP_MS, timeOf } from "./quiet-data.ts";
import { beQuiet, type Sample, sendHistory } from "./quiet-tenant.ts";

const WORST_SHOWN = 10;

export interface NeighboursOptions {
  /** Of each run: alone, and beside the neighbour. */
  readonly seconds: number;
  /** A row of figures for each so many seconds. */
  readonly windowSeconds: number;
  readonly historyDays: number;
}

/** What the quiet tenant met in a window. */
export interface WindowFigures {
  readonly fromSecond: number;
  readonly refused: number;
  readonly readP99Ms: number;
  readonly pushP99Ms: number;
  readonly lagStepsMost: number;
}

export interface RunFigures {
  /** The requests that took longest, or were refused. */
  readonly worst: readonly string[];
  readonly windows: readonly WindowFigures[];
  readonly requests: number;
  readonly healthGapMs: number;
  readonly blockMs: number;
  readonly machine: MachineShare;
}

export interface NeighboursReport {
  readonly alone: RunFigures;
  readonly beside: RunFigures;
  /** How the neighbour was answered: by kind, by status. */
  readonly neighbour: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly findings: number;
  readonly anomalies: number;
  /** Where the quiet tenant's results differ from those of the run alone. */
  readonly differences: readonly string[];
}

/** A quiet tenant alone, then the same beside one that does all it should not. */
export async function neighbours(options: NeighboursOptions): Promise<NeighboursReport> {
  const plan = quietPlan(options.historyDays, options.seconds);
  const alone = await run(plan, options, false);
  const beside = await run(plan, options, true);
  return {
    alone: alone.figures,
    beside: beside.figures,
    neighbour: beside.neighbour,
    findings: alone.results.findings.length,
    anomalies: alone.results.anomalies.length,
    differences: differences(beside.results, alone.results),
  };
}

interface Run {
  readonly figures: RunFigures;
  readonly results: Everything;
  readonly neighbour: NeighboursReport["neighbour"];
}

async function run(plan: QuietPlan, options: NeighboursOptions, isNoisy: boolean): Promise<Run> {
  const settings = { limits: WIDE, stepMs: STEP_MS, budgetDays: 1 };
  const quiet = { tenant: "quiet", ...settings };
  const server = new LoadServer([quiet, { tenant: "noisy", limits: {} }], 60_000);
  await server.start();
  const client = new LoadClient(server.url, server.keys.get("quiet")!);
  try {
    await sendHistory(client, plan);
    await server.settle();
    await server.figures();
    const machine = await watchMachine();
    const poll = pollHealth(server.url);
    const noisy = isNoisy ? startNoisy(server) : undefined;
    const samples = await beQuiet(client, plan);
    const neighbour = (await noisy?.stop()) ?? {};
    const figures = {
      worst: worstOf(samples),
      windows: windowsOf(samples, options),
      requests: samples.length,
      healthGapMs: await poll.stop(),
      blockMs: (await server.figures()).blockMs,
      machine: await machine.stop(),
    };
    return { figures, results: await resultsOf(client, plan), neighbour };
  } finally {
    client.end();
    await server.remove();
  }
}

async function resultsOf(client: LoadClient, plan: QuietPlan) {
  // Not the whole server: what the neighbour has left behind may take long.
  while ((await client.get("/health")).backlogPoints > 0) await sleep(100);
  const { startMs, pushes } = plan;
  return everythingOf(client, { startMs, endMs: timeOf(plan, pushes), stepMs: STEP_MS });
}

function startNoisy({ url, keys }: LoadServer) {
  const file = join(import.meta.dirname, "noisy-neighbour.ts");
  const child = spawn(process.execPath, [file, url, keys.get("noisy")!], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text: Buffer) => {
    said += text.toString();
  });
  return {
    stop: async () => {
      const ended = once(child, "close");
      child.stdin.end();
      await ended;
      return JSON.parse(said) as NeighboursReport["neighbour"];
    },
  };
}

function windowsOf(samples: readonly Sample[], options: NeighboursOptions): WindowFigures[] {
  const { seconds, windowSeconds } = options;
  const count = Math.ceil(seconds / windowSeconds);
  return Array.from({ length: count }, (_, k) => {
    const fromSecond = k * windowSeconds;
    const inside = samples.filter(
      ({ dueMs }) => dueMs >= 1000 * fromSecond && dueMs < 1000 * (fromSecond + windowSeconds),
    );
    const took = (which: Sample["what"]) =>
      inside.filter(({ what }) => what === which).map(({ tookMs }) => tookMs);
    return {
      fromSecond,
      refused: inside.filter(({ status }) => status < 200 || status > 299).length,
      readP99Ms: quantile(took("read"), 0.99),
      pushP99Ms: quantile(took("push"), 0.99),
      lagStepsMost: largest(inside.map(({ lagSteps }) => lagSteps ?? 0)),
    };
  });
}

function worstOf(samples: readonly Sample[]): string[] {
  const isGood = ({ status }: Sample) => (status > 199 && status < 300 ? 1 : 0);
  const worst = [...samples].sort((a, b) => isGood(a) - isGood(b) || b.tookMs - a.tookMs);
  return worst.slice(0, WORST_SHOWN).map(({ status, tookMs, dueMs, path }) => {
    return `${status} after ${Math.round(tookMs)} ms, due at ${Math.round(dueMs)} ms: ${path}`;
  });
}
