import type { EpochMs } from "@foreshock/core";
import type { FastifyInstance } from "fastify";
import { type AppParts, buildApp } from "../src/api/app.ts";
import { createLog } from "../src/observe/log.ts";
import { Metrics } from "../src/observe/metrics.ts";
import { newToken, type Scope } from "../src/tenant/api-key.ts";
import { Keyring, MemoryKeys } from "../src/tenant/keyring.ts";
import { type BodyLimits, Limits } from "../src/tenant/limits.ts";
import { DEFAULT_LIMITS, type TenantLimits } from "../src/tenant/tenant-settings.ts";
import { TestingPlatform } from "./testing-platform.ts";

export interface TestingServer {
  readonly app: FastifyInstance;
  readonly platform: TestingPlatform;
  readonly keys: MemoryKeys;
  readonly limits: Limits;
  /** Lines of the log, for what must not be in them. */
  readonly logLines: string[];
  /** A fresh key; `tenant` null for operators. */
  key(scope: Scope, tenant: string | null): string;
  /** What `now` and the monotonic clock say; may be moved. */
  readonly clock: { nowMs: EpochMs; monotonicMs: number };
}

export interface TestingServerOptions {
  readonly tenants?: readonly string[];
  readonly limits?: Partial<TenantLimits>;
  readonly body?: Partial<BodyLimits>;
  readonly refusedBurst?: number;
  readonly seriesMax?: number;
  readonly parts?: Partial<AppParts>;
}

/** A door over a `TestingPlatform`, every reply checked against its schema. Not listening. */
export async function testingServer(options: TestingServerOptions = {}): Promise<TestingServer> {
  const clock = { nowMs: Date.UTC(2026, 10, 24, 12), monotonicMs: 0 };
  const now = () => clock.nowMs;
  const { tenants = ["acme", "globex"], seriesMax = 50_000 } = options;
  const keys = new MemoryKeys();
  const logLines: string[] = [];
  const log = createLog("debug", { write: (line) => logLines.push(line) });
  const limits = new Limits({
    limitsOf: () => ({ ...DEFAULT_LIMITS, ...options.limits }),
    monotonicMs: () => clock.monotonicMs,
    ...(options.body === undefined ? {} : { body: options.body }),
    ...(options.refusedBurst === undefined ? {} : { refusedBurst: options.refusedBurst }),
  });
  const platform = new TestingPlatform({ now, tenants, seriesMax, limits });
  const app = await buildApp({
    platform,
    keyring: new Keyring(keys, now),
    limits,
    log,
    metrics: new Metrics("test", false),
    now,
    version: "test",
    checkReplies: true,
    ...options.parts,
  });
  const key = (scope: Scope, tenant: string | null): string => {
    const token = newToken(scope);
    keys.add(token, tenant);
    return token;
  };
  return { app, platform, keys, limits, logLines, key, clock };
}
