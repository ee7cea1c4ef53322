import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EpochMs } from "@foreshock/core";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { buildApp } from "../api/app.ts";
import type { DemoFault } from "../api/routes/demo.ts";
import type { Config } from "../config/config.ts";
import { lockDataDir } from "../config/data-dir.ts";
import { createLog } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import type { LinkOwner } from "../partition/owner-link.ts";
import { threadOwners } from "../partition/thread-owner.ts";
import { ControlDb } from "../tenant/control-db.ts";
import { Keyring } from "../tenant/keyring.ts";
import { Limits } from "../tenant/limits.ts";
import { SettingsCache } from "../tenant/settings-cache.ts";
import { VERSION } from "../version.ts";
import { LivePlatform, type PlatformEvents } from "./live-platform.ts";
import { followPlatform } from "./observe-platform.ts";

/** The built dashboard beside the packages. */
const DASHBOARD_DIR = resolve(import.meta.dirname, "../../../dashboard/dist");

export interface StartOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  readonly demoTruth?: (tenantId: string) => readonly DemoFault[];
  /** False where several servers live in one process (tests). */
  readonly processMetrics?: boolean;
  /** Refused keys in a row that one address may send before it has to wait. */
  readonly refusedBurst?: number;
  /** Starts the partition owners. Default: worker threads. */
  readonly link?: LinkOwner;
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
  const platform = await LivePlatform.open({
    ...config,
    partitionCount,
    settingsOf,
    gridFixed: (tenantId, gridMs) => control.fixGrid(tenantId, gridMs),
    tenantIds: () => control.tenants().map(({ slug }) => slug),
    now,
    link: options.link ?? threadOwners(config.dataDir),
    events: loggedEvents(log),
  });
  const metrics = new Metrics(VERSION, options.processMetrics ?? true);
  const stopFollowing = followPlatform(platform, metrics);
  const app = await buildApp({
    platform,
    keyring: new Keyring(control, now),
    limits: new Limits({
      limitsOf: (tenantId) => settingsOf(tenantId).limits,
      monotonicMs,
      ...(options.refusedBurst === undefined ? {} : { refusedBurst: options.refusedBurst }),
    }),
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

function loggedEvents(log: FastifyBaseLogger): PlatformEvents {
  return {
    ownerEnded: (partitions, err, againInMs) =>
      log.error({ partitions, err, againInMs }, "a partition owner ended; starting it again"),
    ownerStarted: (partitions) => log.info({ partitions }, "a partition owner was started again"),
    checkpointFailed: (err, againInMs) =>
      log.error({ err, againInMs }, "checkpoint failed; trying again"),
    stateNotSaved: (tenant, err) =>
      log.error(
        { tenant, err },
        "a tenant's state was not saved; it will catch up from its points",
      ),
  };
}
