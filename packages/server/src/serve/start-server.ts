import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EpochMs } from "@foreshock/core";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../api/app.ts";
import type { DemoFault } from "../api/routes/demo.ts";
import type { Config } from "../config/config.ts";
import { lockDataDir } from "../config/data-dir.ts";
import { createLog } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { ControlDb } from "../tenant/control-db.ts";
import { Keyring } from "../tenant/keyring.ts";
import { Limits } from "../tenant/limits.ts";
import { SettingsCache } from "../tenant/settings-cache.ts";
import { VERSION } from "../version.ts";
import { LivePlatform } from "./live-platform.ts";
import { followPlatform } from "./observe-platform.ts";

/** The built dashboard beside the packages. */
const DASHBOARD_DIR = resolve(import.meta.dirname, "../../dashboard/dist");

export interface StartOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  readonly demoTruth?: (tenantId: string) => readonly DemoFault[];
  /** False where several servers live in one process (tests). */
  readonly processMetrics?: boolean;
  /** Refused keys in a row that one address may send before it has to wait. */
  readonly refusedBurst?: number;
  /** A partition's owner died; nothing more can be stored. Default: log and end the process. */
  readonly onFailure?: (error: Error) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly platform: LivePlatform;
  readonly control: ControlDb;
  readonly app: FastifyInstance;
  /** Finishes what is under way, saves everything, frees files and port. Safe to call twice. */
  close(): Promise<void>;
}

/** Wires the rooms together and listens. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config, now } = options;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const partitionCount = lockDataDir(config.dataDir, config.partitionCount);
  const log = createLog(config.logLevel);
  const control = ControlDb.open(join(config.dataDir, "control.db"), now);
  const monotonicMs = () => performance.now();
  const settings = new SettingsCache(control, monotonicMs);
  const settingsOf = (tenantId: string) => settings.of(tenantId);
  const limits = new Limits({
    limitsOf: (tenantId) => settingsOf(tenantId).limits,
    monotonicMs,
    ...(options.refusedBurst === undefined ? {} : { refusedBurst: options.refusedBurst }),
  });
  const onFailure =
    options.onFailure ??
    ((error: Error) => {
      log.fatal({ err: error }, "a partition can no longer be served; ending");
      process.exit(1);
    });
  const platform = await LivePlatform.open({
    ...config,
    partitionCount,
    settingsOf,
    limits,
    gridFixed: (tenantId, gridMs) => control.fixGrid(tenantId, gridMs),
    tenantIds: () => control.tenants().map(({ slug }) => slug),
    now,
    onFailure,
  });
  const metrics = new Metrics(VERSION, options.processMetrics ?? true);
  const stopFollowing = followPlatform(platform, metrics);
  const app = await buildApp({
    platform,
    keyring: new Keyring(control, now),
    limits,
    log,
    metrics,
    now,
    version: VERSION,
    dashboardDir: DASHBOARD_DIR,
    labelsOf: (tenantId) => settingsOf(tenantId).labels,
    demoTruth: options.demoTruth,
  });
  const url = await app.listen({ host: config.host, port: config.port });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  return { url, platform, control, app, close };

  async function closeAll(): Promise<void> {
    stopFollowing();
    await app.close();
    await platform.close();
    control.close();
  }
}
