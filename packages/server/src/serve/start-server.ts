import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EpochMs } from "@foreshock/core/fold";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../api/app.ts";
import type { DemoFault } from "../api/routes/demo.ts";
import type { Config } from "../config/config.ts";
import { lockDataDir } from "../config/data-dir.ts";
import type { LinkDecoder } from "../decode/decoder-link.ts";
import { DecoderPool } from "../decode/decoder-pool.ts";
import { threadDecoders } from "../decode/thread-decoders.ts";
import type { LinkHost } from "../host/host-link.ts";
import { threadHosts } from "../host/thread-host.ts";
import { createLog } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import type { LinkOwner } from "../partition/owner-link.ts";
import { threadOwners } from "../partition/thread-owner.ts";
import { ControlDb } from "../tenant/control-db.ts";
import { Keyring } from "../tenant/keyring.ts";
import { Limits } from "../tenant/limits.ts";
import { SettingsCache } from "../tenant/settings-cache.ts";
import { VERSION } from "../version.ts";
import type { StallLimits } from "../watch/stall-clock.ts";
import { Watchdog } from "../watch/watchdog.ts";
import { afterTimeout, every } from "./after.ts";
import { LivePlatform } from "./live-platform.ts";
import { observePlatform } from "./observe-platform.ts";
import { operatorEvents } from "./operator-events.ts";
import { QuarantineCache } from "./quarantine-cache.ts";
import { Retention } from "./retention.ts";

/** The built dashboard, in the package beside `src` and `dist`. */
const DASHBOARD_DIR = resolve(import.meta.dirname, "../../dashboard");

/** Hosts are told of changed settings at the latest after this long. */
const TELL_EVERY_MS = 1000;

export interface StartOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  readonly demoTruth?: (tenantId: string) => readonly DemoFault[];
  /** False where several servers live in one process (tests). */
  readonly processMetrics?: boolean;
  /** Refused keys in a row that one address may send before it has to wait. */
  readonly refusedBurst?: number;
  /** Where log lines go; standard output where left out. */
  readonly logTo?: { write(line: string): void };
  /** Starts the partition owners. Default: worker threads. */
  readonly link?: LinkOwner;
  /** Starts the hosts of tenants. Default: worker threads. */
  readonly linkHost?: LinkHost;
  /** Starts the decoders of bodies. Default: worker threads. */
  readonly linkDecoder?: LinkDecoder;
  /** When a thread stands still, and when it is stuck. */
  readonly stallLimits?: StallLimits;
}

export interface RunningServer {
  readonly url: string;
  readonly platform: LivePlatform;
  readonly control: ControlDb;
  readonly app: FastifyInstance;
  readonly retention: Retention;
  /**
   * Finishes what is under way, saves everything, frees files and port. Safe to call twice.
   *
   * @param signal why it stops, for the log.
   */
  close(signal?: string): Promise<void>;
}

/** Wires the rooms together and listens. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config, now } = options;
  const beganMs = performance.now();
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const partitionCount = lockDataDir(config.dataDir, config.partitionCount);
  const log = createLog(config.logLevel, options.logTo);
  const metrics = new Metrics(VERSION, options.processMetrics ?? true);
  const events = operatorEvents(log, metrics);
  const control = ControlDb.open(join(config.dataDir, "control.db"), now);
  const settings = new SettingsCache(control, monotonicMs);
  const settingsOf = (tenantId: string) => settings.of(tenantId);
  const limits = limitsOf(settings, options.refusedBurst);
  const hostThreads = {
    clientCount: config.hostCount + 1,
    dataDir: config.dataDir,
    partitionCount,
    ownerCount: config.workerCount,
  };
  const quarantine = new QuarantineCache(control.quarantine);
  const watchdog = new Watchdog(options.stallLimits);
  const platform = await LivePlatform.open({
    ...config,
    partitionCount,
    settingsOf,
    limits,
    gridFixed: (tenantId, gridMs) => control.fixGrid(tenantId, gridMs),
    tenantIds: () => control.tenants().map(({ slug }) => slug),
    now,
    monotonicMs,
    link: options.link ?? threadOwners({ ...config, clientCount: config.hostCount + 1 }),
    linkHost: options.linkHost ?? threadHosts(hostThreads, now),
    quarantine,
    watch: watchdog,
    events,
  });
  observePlatform(platform, metrics, config.dataDir);
  const stopTelling = every(TELL_EVERY_MS, () => {
    quarantine.refresh();
    platform.tellSettings();
  });
  const retention = new Retention({ days: config.retentionDays, platform, now, events, log });
  const linkDecoder = options.linkDecoder ?? threadDecoders();
  const decoder = new DecoderPool({ link: linkDecoder, after: afterTimeout, events });
  const app = await buildApp({
    platform,
    keyring: new Keyring(control, now),
    limits,
    log,
    metrics,
    decoder,
    now,
    version: VERSION,
    dashboardDir: DASHBOARD_DIR,
    labelsOf: (tenantId) => settingsOf(tenantId).labels,
    demoTruth: options.demoTruth,
  });
  const url = await app.listen({ host: config.host, port: config.port });
  const states = await platform.states();
  const series = states.reduce((sum, { seriesCount }) => sum + seriesCount, 0);
  log.info(
    { ...factsOf(config, platform, url), series, seconds: secondsSince(beganMs) },
    "started",
  );
  const close = closeOnce(async (signal) => {
    const stopMs = performance.now();
    retention.stop();
    stopTelling();
    await app.close().finally(() => decoder.close());
    await platform.close().finally(() => freed(control, events));
    await watchdog.close();
    log.info({ signal, seconds: secondsSince(stopMs) }, "stopped");
  });
  return { url, platform, control, app, retention, close };
}

function limitsOf(settings: SettingsCache, refusedBurst: number | undefined): Limits {
  return new Limits({
    limitsOf: (tenantId) => settings.of(tenantId).limits,
    monotonicMs,
    ...(refusedBurst === undefined ? {} : { refusedBurst }),
  });
}

/** The platform frees its files also where it could not save; then the rest is freed as well. */
function freed(...rest: readonly { close(): void }[]): void {
  for (const one of rest) one.close();
}

function closeOnce(work: (signal?: string) => Promise<void>): (signal?: string) => Promise<void> {
  let closing: Promise<void> | undefined;
  return (signal) => {
    closing ??= work(signal);
    return closing;
  };
}

function monotonicMs(): number {
  return performance.now();
}

function secondsSince(beganMs: number): number {
  return Math.round(performance.now() - beganMs) / 1000;
}

function factsOf({ dataDir }: Config, platform: LivePlatform, url: string) {
  const { partitionCount: partitions } = platform.options;
  return { version: VERSION, dataDir, partitions, port: Number(new URL(url).port) };
}
