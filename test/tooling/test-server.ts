import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../packages/server/src/config/config.ts";
import type { LinkHost } from "../../packages/server/src/host/host-link.ts";
import type { TenantHost } from "../../packages/server/src/host/tenant-host.ts";
import type { LinkOwner } from "../../packages/server/src/partition/owner-link.ts";
import { type RunningServer, startServer } from "../../packages/server/src/serve/start-server.ts";
import type { StallLimits } from "../../packages/server/src/watch/stall-clock.ts";
import { oneHostHere } from "../../packages/server/testing/in-process-hosts.ts";

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
  /** The one host, where it is in this thread. */
  host(): TenantHost;
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
  /** One host, in this thread, so that the test can see inside (`TestServer.host`). */
  readonly hostHere?: boolean;
  readonly retentionDays?: number;
  readonly scrubEveryMs?: number;
  /** Takes the lines of the log, from debug up; without it only errors are logged. */
  readonly logTo?: { write(line: string): void };
  /** Any free one where it is left out. */
  readonly port?: number;
  /** Makes the demo's route exist, with an empty answer key. */
  readonly demo?: boolean;
  /** Starts the partition owners. Default: worker threads. */
  readonly link?: (dataDir: string) => LinkOwner;
  /** Starts the hosts of tenants. Default: worker threads. */
  readonly linkHost?: (dataDir: string) => LinkHost;
  /** When a thread stands still, and when it is stuck. */
  readonly stallLimits?: StallLimits;
  /** Bytes that the process may take, with the test around it. Default: 4 GiB. */
  readonly memoryMax?: number;
}

const WAIT_MS = 60_000;
const STEP_MS = 200;

export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "foreshock-test-"));
  const now = options.now ?? (() => Date.now());
  const hosts = oneHostHere(dataDir, now);
  const running = await startServer({
    config: configOf(options, dataDir),
    now,
    processMetrics: false,
    refusedBurst: 1e6,
    ...(options.logTo === undefined ? {} : { logTo: options.logTo }),
    ...(options.demo === true ? { demoTruth: () => [] } : {}),
    ...(options.link === undefined ? {} : { link: options.link(dataDir) }),
    ...(options.hostHere === true ? { linkHost: hosts.link } : {}),
    ...(options.linkHost === undefined ? {} : { linkHost: options.linkHost(dataDir) }),
    ...(options.stallLimits === undefined ? {} : { stallLimits: options.stallLimits }),
  });
  const { control, url } = running;
  const byTenant = new Map(options.tenants.map((tenant) => [tenant, openTenant(running, tenant)]));
  const keys = (tenant: string): TenantKeys => {
    const found = byTenant.get(tenant);
    if (found === undefined) throw new Error(`no tenant ${tenant} in this test`);
    return found;
  };
  return {
    url,
    running,
    dataDir,
    host: () => hosts.running[0]!,
    operatorKey: control.createKey({ scope: "operator" }).token,
    keys,
    get: (tenant, path) => getJson(`${url}/api/v1${path}`, keys(tenant).read),
    post: (tenant, path, body) => postJson(`${url}/api/v1${path}`, keys(tenant).ingest, body),
    until,
    async close() {
      await running.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function configOf(options: TestServerOptions, dataDir: string): Config {
  return {
    host: "127.0.0.1",
    port: options.port ?? 0,
    dataDir,
    partitionCount: 4,
    workerCount: options.workerCount ?? 2,
    hostCount: options.hostHere === true ? 1 : 2,
    logLevel: options.logTo === undefined ? "error" : "debug",
    checkpointEveryMs: 60_000,
    retentionDays: options.retentionDays ?? 0,
    scrubEveryMs: options.scrubEveryMs ?? 0,
    ...{ trustedProxies: [], memoryMax: options.memoryMax ?? 4 * 2 ** 30 },
  };
}

/** A tenant with a key of each scope, whom no rate limit stops. */
function openTenant({ control }: RunningServer, tenant: string): TenantKeys {
  control.ensureTenant(tenant);
  const free = { pointsPerSecond: 1e9, pointsBurst: 1e9, queryRequestsPerSecond: 1e6 };
  control.changeSettings(tenant, { limits: { ...free, ingestRequestsPerSecond: 1e6 } });
  const make = (scope: keyof TenantKeys) => control.createKey({ tenant, scope }).token;
  return { ingest: make("ingest"), read: make("read"), manage: make("manage") };
}

async function getJson(url: string, key: string) {
  const reply = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  const body = await reply.json();
  if (!reply.ok) throw new Error(`${url}: ${reply.status} ${JSON.stringify(body)}`);
  return body;
}

async function postJson(url: string, key: string, body: unknown) {
  const reply = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await reply.text();
  return { status: reply.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + WAIT_MS;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error("it did not happen within a minute");
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
