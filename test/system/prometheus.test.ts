import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const PROMETHEUS = "/usr/bin/prometheus";
const NODE_EXPORTER = "/usr/bin/prometheus-node-exporter";
const INSTALLED = existsSync(PROMETHEUS) && existsSync(NODE_EXPORTER);

const KEPT =
  "node_cpu_seconds_total|node_load.*|node_memory_MemAvailable_bytes|node_network_.*_bytes_total";

/** Quiet time from which the engine learns: at one point a second it limits outliers from 61 on. */
const QUIET_S = 150;
const BUSY_S = 30;

if (!INSTALLED && process.env.CI === undefined) {
  console.warn("SKIPPED, LOUDLY: install prometheus and prometheus-node-exporter to run this test");
}

describe.runIf(INSTALLED || process.env.CI !== undefined)(
  "a real Prometheus and node_exporter",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "foreshock-prometheus-"));
    const started: ChildProcess[] = [];
    let server: TestServer;
    let node: string;

    beforeAll(async () => {
      server = await startTestServer({ tenants: ["acme"] });
      const exporterPort = await freePort();
      node = `127.0.0.1:${exporterPort}`;
      run(NODE_EXPORTER, [
        `--web.listen-address=${node}`,
        "--collector.disable-defaults",
        ...["cpu", "loadavg", "meminfo", "netdev"].map((c) => `--collector.${c}`),
      ]);
      writeFileSync(join(folder, "prometheus.yml"), configOf(node, server));
      run(PROMETHEUS, [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${await freePort()}`,
      ]);
    });

    afterAll(async () => {
      for (const child of started) child.kill("SIGKILL");
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it(
      "finds the busy loop that is started on the machine, and names it: cpu, this node",
      async () => {
        await server.until(
          async () => (await server.get("acme", "/series?limit=1")).data.length > 0,
        );
        await sleep(QUIET_S * 1000);
        const startMs = Date.now();
        const loops = Array.from({ length: availableParallelism() }, () =>
          run(process.execPath, ["-e", "for (;;) {}"]),
        );
        await sleep(BUSY_S * 1000);
        for (const loop of loops) loop.kill("SIGKILL");
        const range = `from=${startMs}&to=${Date.now()}`;
        const nodes = await server.get("acme", `/rankings?level=node&${range}`);
        expect(nodes.data[0].node).toBe(node);
        const metrics = await server.get("acme", `/rankings?level=metric&n=5&${range}`);
        const named = metrics.data.map((row: { metric: string; score: number }) => row.metric);
        console.log(named.join("; "), metrics.data[0].score);
        expect(metrics.data[0].node).toBe(node);
        expect(named.slice(0, 3).join()).toContain("node_cpu_seconds_total");
        expect(metrics.data[0].score).toBeGreaterThanOrEqual(0.5);
      },
      (QUIET_S + BUSY_S + 90) * 1000,
    );

    function run(command: string, args: readonly string[]): ChildProcess {
      const child = spawn(command, args, { stdio: "ignore" });
      started.push(child);
      return child;
    }
  },
);

function configOf(node: string, server: TestServer): string {
  return JSON.stringify({
    global: { scrape_interval: "1s" },
    scrape_configs: [
      {
        job_name: "machines",
        static_configs: [{ targets: [node] }],
        // The machine, not the exporter: how long a scrape takes is an effect of the load.
        metric_relabel_configs: [{ source_labels: ["__name__"], regex: KEPT, action: "keep" }],
      },
    ],
    remote_write: [
      {
        url: `${server.url}/api/v1/write`,
        authorization: { credentials: server.keys("acme").ingest },
        queue_config: { batch_send_deadline: "1s" },
      },
    ],
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
