import { HOUR_MS } from "@foreshock/core/fold";
import { LoadClient } from "../load-client.ts";
import { LoadServer, WIDE } from "../load-server.ts";

const STEP_MS = 10_000;
const POINTS_PER_BODY = 50_000;
const TRIES = 20;
/** Points may come two hours late. */
const LATEST_MS = 1.8 * HOUR_MS;

export interface LongSeriesFigures {
  readonly points: number;
  readonly takenMs: number;
  readonly readyAfterKillMs: number;
  readonly stopMs: number;
  readonly readyAfterStopMs: number;
  /** CPU of the whole server for one push of one point, until it is scored and folded. */
  readonly newestPointCpuMs: number;
  readonly hourLateCpuMs: number;
  readonly latestCpuMs: number;
}

/** One series of many points: what starts cost, and what its late points cost. */
export async function longSeries(points: number): Promise<LongSeriesFigures> {
  const server = new LoadServer([{ tenant: "acme", limits: WIDE, stepMs: STEP_MS }]);
  const startMs = Math.floor(Date.now() / STEP_MS - points - 2 * TRIES) * STEP_MS;
  const endMs = startMs + points * STEP_MS;
  try {
    await server.start();
    const beganMs = performance.now();
    for (let first = 0; first < points; first += POINTS_PER_BODY) {
      const count = Math.min(POINTS_PER_BODY, points - first);
      await push(server, startMs + first * STEP_MS, count);
    }
    await server.settle();
    const takenMs = performance.now() - beganMs;
    await server.kill();
    const readyAfterKillMs = await server.start();
    await server.settle();
    const stopMs = await server.stop();
    const readyAfterStopMs = await server.start();
    const costs = {
      newestPointCpuMs: await cpuOf(server, (k) => endMs + k * STEP_MS),
      hourLateCpuMs: await cpuOf(server, (k) => endMs - HOUR_MS + k * STEP_MS + 1000),
      latestCpuMs: await cpuOf(server, (k) => endMs - LATEST_MS + k * STEP_MS + 1000),
    };
    return { points, takenMs, readyAfterKillMs, stopMs, readyAfterStopMs, ...costs };
  } finally {
    await server.remove();
  }
}

/** On average of some pushes, each settled. */
async function cpuOf(server: LoadServer, atOf: (k: number) => number): Promise<number> {
  await push(server, atOf(0), 1);
  const { cpuMs } = await server.settle();
  for (let k = 1; k <= TRIES; k++) {
    await push(server, atOf(k), 1);
    await server.settle();
  }
  return ((await server.settle()).cpuMs - cpuMs) / TRIES;
}

async function push(server: LoadServer, fromMs: number, count: number): Promise<void> {
  const client = new LoadClient(server.url, server.keys.get("acme")!);
  const points = Array.from({ length: count }, (_, k) => {
    const atMs = fromMs + k * STEP_MS;
    return [atMs, 50 + 10 * Math.sin(atMs / 1e7) + ((atMs / 1000) % 7)];
  });
  const series = [{ cluster: "eu", node: "n1", metric: "cpu", points }];
  await client.post("/ingest", "application/json", JSON.stringify({ series }));
  client.end();
}
