import type { FastifyInstance } from "fastify";
import { type AppParts, buildApp } from "../src/api/app.ts";
import type { TenantHost } from "../src/host/tenant-host.ts";
import { createLog } from "../src/observe/log.ts";
import { Metrics } from "../src/observe/metrics.ts";
import type { LivePlatform } from "../src/serve/live-platform.ts";
import type { Scope } from "../src/tenant/api-key.ts";
import type { ControlDb } from "../src/tenant/control-db.ts";
import { Keyring } from "../src/tenant/keyring.ts";
import type { BodyLimits, Limits } from "../src/tenant/limits.ts";
import type { TenantLimits } from "../src/tenant/tenant-settings.ts";
import type { FaultyDisk } from "./faulty-disk.ts";
import type { HandClock } from "./hand-clock.ts";
import { inProcessDecoders } from "./in-process-decoders.ts";
import { openRealPlatform } from "./real-platform.ts";

export interface RealServerOptions {
  readonly tenants?: readonly string[];
  /** Of every tenant. */
  readonly limits?: Partial<TenantLimits>;
  readonly body?: Partial<BodyLimits>;
  readonly refusedBurst?: number;
  readonly parts?: Partial<AppParts>;
}

/** The door over the real platform in this thread, every reply checked against its schema. Not listening. */
export interface RealServer {
  readonly app: FastifyInstance;
  readonly platform: LivePlatform;
  /** The host of a tenant, for what a test wants to see inside. */
  hostOf(tenantId: string): TenantHost;
  readonly control: ControlDb;
  readonly limits: Limits;
  readonly disk: FaultyDisk;
  /** Rates and instants go by it; it stands until the test moves it. */
  readonly clock: HandClock;
  /** Lines of the log, for what must not be in them. */
  readonly logLines: readonly string[];
  /** A fresh key; `tenant` null for operators. */
  key(scope: Scope, tenant: string | null): string;
  /** Resolves when everything that was sent is scored. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function openRealServer(options: RealServerOptions = {}): Promise<RealServer> {
  const { tenants = ["acme", "globex"], limits: rates = {}, refusedBurst } = options;
  const real = await openRealPlatform({
    tenants,
    settings: { limits: rates },
    ...(options.body === undefined ? {} : { body: options.body }),
    ...(refusedBurst === undefined ? {} : { refusedBurst }),
  });
  const { platform, control, clock, disk, settings, limits } = real;
  const logLines: string[] = [];
  const decoder = inProcessDecoders();
  const app = await buildApp({
    platform,
    keyring: new Keyring(control, clock.now),
    limits,
    log: createLog("debug", { write: (line) => logLines.push(line) }),
    metrics: new Metrics("test", false),
    decoder,
    now: clock.now,
    version: "test",
    labels: {
      of: (tenantId) => settings.of(tenantId).labels,
      change: (tenantId, labels) => control.changeSettings(tenantId, { labels }).labels,
    },
    checkReplies: true,
    ...options.parts,
  });
  return {
    ...{ app, platform, control, limits, disk, clock, logLines },
    key: (scope, tenant) =>
      control.createKey({ scope, ...(tenant === null ? {} : { tenant }) }).token,
    hostOf: (tenantId) => real.hostOf(tenantId),
    settled: () => platform.settled(),
    close: async () => {
      await app.close();
      await decoder.close();
      await real.close();
    },
  };
}
