import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedFleet } from "../../packages/server/src/demo/fleet.ts";
import { startServer } from "../../packages/server/src/start-server.ts";

/** What the demo's history costs on its way through store, detection and roll-up. */
export interface DemoHistoryFigures {
  readonly nodes: number;
  readonly days: number;
  readonly points: number;
  /** From the first batch to the last point scored and rolled up. */
  readonly seconds: number;
  readonly pointsPerSecond: number;
  /** All threads, making the points included. */
  readonly pointsPerCpuSecond: number;
  /** Wall time of making the points, which the figures above hold as well. */
  readonly generatorSeconds: number;
  readonly residentBytes: number;
}

const UNLIMITED = { pointsPerSecond: 1e9, pointsBurst: 1e9, activeSeriesMax: 1e7 };

/** Sends the simulated fleet's history through the server's own ingest, in this process. */
export async function measureDemoHistory(nodes = 240, days = 28): Promise<DemoHistoryFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), "foreshock-bench-"));
  const endMs = Date.now();
  const fleet = new SimulatedFleet({ seed: 1, nodes, days, endMs, faults: true });
  const server = await startServer({
    config: {
      host: "127.0.0.1",
      port: 0,
      dataDir,
      partitionCount: 8,
      workerCount: 2,
      logLevel: "error",
      checkpointEveryMs: 60_000,
    },
    now: () => endMs,
    processMetrics: false,
  });
  try {
    for (const { tenantId } of fleet.plan.tenants) {
      server.control.ensureTenant(tenantId);
      server.control.changeSettings(tenantId, { limits: UNLIMITED });
    }
    const cpu = process.cpuUsage();
    const begunMs = performance.now();
    let points = 0;
    let generatorMs = 0;
    const batches = fleet.history(fleet.endMs);
    for (;;) {
      const askedMs = performance.now();
      const batch = batches.next();
      generatorMs += performance.now() - askedMs;
      if (batch.done === true) break;
      const { tenantId, series, pointCount } = batch.value;
      await server.platform.forTenant(tenantId).ingest(series);
      points += pointCount;
    }
    await server.platform.settled();
    const seconds = (performance.now() - begunMs) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      nodes,
      days,
      points,
      seconds,
      pointsPerSecond: points / seconds,
      pointsPerCpuSecond: points / ((user + system) / 1e6),
      generatorSeconds: generatorMs / 1000,
      residentBytes: process.memoryUsage.rss(),
    };
  } finally {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
