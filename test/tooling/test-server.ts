import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LinkOwner } from "../../packages/server/src/partition/owner-link.ts";
import { type RunningServer, startServer } from "../../packages/server/src/serve/start-server.ts";

export interface TenantKeys {
  readonly ingest: string;
  readonly read: string;
  readonly manage: string;
}

/** The real server on a free port and a folder of its own, with a few ways to talk to it. */
export interface TestServer {
  readonly url: string;
  readonly running: RunningServer;
  readonly dataDir: string;
  keys(tenant: string): TenantKeys;
  readonly operatorKey: string;
  // biome-ignore lint/suspicious/noExplicitAny: replies are looked into by the test that asks.
  get(tenant: string, path: string): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  post(tenant: string, path: string, body: unknown): Promise<{ status: number; body: any }>;
  /** Waits until `holds`; fails after a minute. */
  until(holds: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly tenants: readonly string[];
  readonly dataDir?: string;
  readonly now?: () => number;
  readonly workerCount?: number;
  /** Any free one where it is left out. */
  readonly port?: number;
  /** Makes the demo's route exist, with an empty answer key. */
  readonly demo?: boolean;
  /** Starts the partition owners. Default: worker threads. */
  readonly link?: (dataDir: string) => LinkOwner;
}

const WAIT_MS = 60_000;
const STEP_MS = 200;

export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "foreshock-test-"));
  const config = {
    host: "127.0.0.1",
    port: options.port ?? 0,
    dataDir,
    partitionCount: 4,
    workerCount: options.workerCount ?? 2,
    logLevel: "error" as const,
    checkpointEveryMs: 60_000,
  };
  const now = options.now ?? (() => Date.now());
  const demoTruth = options.demo === true ? { demoTruth: () => [] } : {};
  const running = await startServer({
    config,
    now,
    processMetrics: false,
    refusedBurst: 1e6,
    ...(options.link === undefined ? {} : { link: options.link(dataDir) }),
    ...demoTruth,
  });
  const { control, url } = running;
  const byTenant = new Map<string, TenantKeys>();
  for (const tenant of options.tenants) {
    control.ensureTenant(tenant);
    const make = (scope: "ingest" | "read" | "manage") =>
      control.createKey({ tenant, scope }).token;
    byTenant.set(tenant, { ingest: make("ingest"), read: make("read"), manage: make("manage") });
    const free = { pointsPerSecond: 1e9, pointsBurst: 1e9, queryRequestsPerSecond: 1e6 };
    control.changeSettings(tenant, { limits: { ...free, ingestRequestsPerSecond: 1e6 } });
  }
  const operatorKey = control.createKey({ scope: "operator" }).token;
  const keys = (tenant: string): TenantKeys => {
    const found = byTenant.get(tenant);
    if (found === undefined) throw new Error(`no tenant ${tenant} in this test`);
    return found;
  };

  return {
    url,
    running,
    dataDir,
    operatorKey,
    keys,
    async get(tenant, path) {
      const reply = await fetch(`${url}/api/v1${path}`, {
        headers: { authorization: `Bearer ${keys(tenant).read}` },
      });
      const body = await reply.json();
      if (!reply.ok) throw new Error(`${path}: ${reply.status} ${JSON.stringify(body)}`);
      return body;
    },
    async post(tenant, path, body) {
      const reply = await fetch(`${url}/api/v1${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${keys(tenant).ingest}`,
          "content-type": "application/json",
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      const text = await reply.text();
      return { status: reply.status, body: text === "" ? undefined : JSON.parse(text) };
    },
    async until(holds) {
      const endMs = Date.now() + WAIT_MS;
      while (!(await holds())) {
        if (Date.now() > endMs) throw new Error("it did not come about within a minute");
        await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      }
    },
    async close() {
      await running.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
