import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOUR_MS } from "@foreshock/core/fold";
import type { Config } from "../../packages/server/src/config/config.ts";
import { batchOf } from "../../packages/server/src/platform/ingest-batch.ts";
import { startServer } from "../../packages/server/src/serve/start-server.ts";

const STEP_MS = 300_000;
const STEPS = 288;
const METRICS = ["cpu", "load"];
const CALLS = 20;

export interface RankingFigures {
  readonly nodes: number;
  readonly series: number;
  /** Median of 20 calls over HTTP, a day of 5-minute scores, the 20 worst with their sentences. */
  readonly millisecondsMedian: number;
  /** CPU of a call over all threads, the caller's own included; the mean. */
  readonly cpuMilliseconds: number;
}

/** GET /rankings?level=node on a server with this many nodes. */
export async function measureRanking(nodes: number): Promise<RankingFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), "foreshock-bench-"));
  const now = () => Date.now();
  const server = await startServer({
    config: configIn(dataDir),
    now,
    processMetrics: false,
  });
  try {
    const { control, platform } = server;
    control.ensureTenant("bench");
    const limits = { activeSeriesMax: 1e7, queryRequestsPerSecond: 1e6 };
    control.changeSettings("bench", { limits });
    const { token } = control.createKey({ tenant: "bench", scope: "read" });
    const endMs = Math.floor(now() / STEP_MS) * STEP_MS;
    for (let hour = 0; hour < 24; hour++) {
      await platform
        .forTenant("bench")
        .ingest(batchOf(hourOf(nodes, endMs - STEPS * STEP_MS, hour)));
    }
    await platform.settled();
    const times: number[] = [];
    const idle = process.cpuUsage();
    for (let call = 0; call < CALLS; call++) {
      const began = performance.now();
      const reply = await fetch(`${server.url}/api/v1/rankings?level=node&n=20`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { data } = (await reply.json()) as { data: unknown[] };
      if (data.length !== 20) throw new Error(`ranked ${data.length} nodes`);
      times.push(performance.now() - began);
    }
    const { user, system } = process.cpuUsage(idle);
    const cpuMilliseconds = (user + system) / 1000 / CALLS;
    const millisecondsMedian = times.sort((a, b) => a - b)[CALLS / 2]!;
    return { nodes, series: nodes * METRICS.length, millisecondsMedian, cpuMilliseconds };
  } finally {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function hourOf(nodes: number, startMs: number, hour: number) {
  const steps = STEPS / 24;
  const timestampsMs = Float64Array.from(
    { length: steps },
    (_, k) => startMs + (hour * steps + k) * STEP_MS,
  );
  return Array.from({ length: nodes * METRICS.length }, (_, id) => ({
    clusterId: `cluster-${id % 40}`,
    nodeId: `node-${Math.floor(id / METRICS.length)}`,
    metricName: METRICS[id % METRICS.length]!,
    timestampsMs,
    values: timestampsMs.map((at, k) => {
      const noise = (Math.imul(id * 7919 + hour * 31 + k, 0x9e3779b1) >>> 0) / 2 ** 32;
      return 50 + 10 * Math.sin(at / 13_751_000) + 5 * noise;
    }),
  }));
}

function configIn(dataDir: string): Config {
  return {
    ...{ host: "127.0.0.1", port: 0, dataDir, partitionCount: 8, workerCount: 2, hostCount: 2 },
    ...{ logLevel: "error", checkpointEveryMs: HOUR_MS, retentionDays: 0, scrubEveryMs: 0 },
    trustedProxies: [],
    memoryMax: 4 * 2 ** 30,
  };
}
