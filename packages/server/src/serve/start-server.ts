import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EpochMs } from "@foreshock/core/fold";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../api/app.ts";
import { HttpFront } from "../api/connections/http-front.ts";
import type { DemoFault } from "../api/routes/demo.ts";
import type { Config } from "../config/config.ts";
import { DOOR_LIMITS, type DoorLimits } from "../config/door-limits.ts";
import type { LinkDecoder } from "../decode/decoder-link.ts";
import { DecoderPool } from "../decode/decoder-pool.ts";
import { threadDecoders } from "../decode/thread-decoders.ts";
import type { LinkHost } from "../host/host-link.ts";
import { threadHosts } from "../host/thread-host.ts";
import type { LinkOwner } from "../partition/owner-link.ts";
import { threadOwners } from "../partition/thread-owner.ts";
import type { ControlDb } from "../tenant/control-db.ts";
import { Keyring } from "../tenant/keyring.ts";
import { VERSION } from "../version.ts";
import { afterTimeout, every } from "./after.ts";
import { foldFilesArranged } from "./fold-files.ts";
import { LivePlatform } from "./live-platform.ts";
import { planOf } from "./memory-keeper.ts";
import { observePlatform } from "./observe-platform.ts";
import { observePort } from "./observe-port.ts";
import { Retention } from "./retention.ts";
import { type Ground, type GroundOptions, labelMappings, openGround } from "./server-ground.ts";
import { portProblem } from "./start-problem.ts";
import { type Step, StopTimeout, withinDeadline } from "./stop-deadline.ts";

/** The built dashboard, in the package beside `src` and `dist`. */
const DASHBOARD_DIR = resolve(import.meta.dirname, "../../dashboard");
/** What a failed start has for closing what it opened. */
const FAILED_START_MS = 1500;
const PLATFORM = "partitions and folds";
/** Hosts are told of changed settings at the latest after this long. */
const TELL_EVERY_MS = 1000;
/** The process' memory is looked at this often: a runaway takes about a GiB a second. */
const MEMORY_LOOK_MS = 250;
/** Requests that take longer than this after the signal are not waited for before a first checkpoint. */
const SAVE_EARLY_MS = 1000;

export interface StartOptions extends GroundOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  readonly demoTruth?: (tenantId: string) => readonly DemoFault[];
  /** Starts the partition owners. Default: worker threads. */
  readonly link?: LinkOwner;
  /** Starts the hosts of tenants. Default: worker threads. */
  readonly linkHost?: LinkHost;
  /** What clients may hold, where it differs from the defaults. */
  readonly doorLimits?: Partial<DoorLimits>;
  /** Starts the decoders of bodies. Default: worker threads. */
  readonly linkDecoder?: LinkDecoder;
}

export interface RunningServer {
  readonly url: string;
  readonly platform: LivePlatform;
  readonly control: ControlDb;
  readonly app: FastifyInstance;
  readonly retention: Retention;
  /** Something went wrong that nobody caught: it is logged, and /readyz says no until `close`. */
  failed(error: unknown): void;
  /**
   * Finishes what is under way, saves everything, frees files and port. Safe to call twice.
   *
   * @param signal why it stops, for the log.
   * @throws StopTimeout where that takes too long; the process should be ended then.
   */
  close(signal?: string): Promise<void>;
}

/**
 * Binds the port, opens everything behind it, and serves. While it opens, probes are answered; a tenant is
 * served as soon as it is ready, the others get a 503. Resolves when all are.
 *
 * @throws StartProblem | ConfigProblem, or what a room behind it throws; all that was opened is closed.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const opened: Step[] = [];
  try {
    return await start(options, opened);
  } catch (error) {
    // Why it did not start says more than what could not be closed after that.
    await withinDeadline(FAILED_START_MS, opened.reverse()).catch(() => {});
    throw error;
  }
}

async function start(options: StartOptions, opened: Step[]): Promise<RunningServer> {
  const { config, now } = options;
  const beganMs = performance.now();
  let phase = "opening data folder";
  const front = new HttpFront({
    limits: { ...DOOR_LIMITS, ...planOf(config).replies, ...options.doorLimits },
    trustedProxies: config.trustedProxies,
    progress: () => ({ phase, done: 0, total: 1 }),
  });
  opened.push(["port", async () => front.close()]);
  const url = await listening(front, config);
  const ground = openGround(options, (name, close) => opened.push([name, async () => close()]));
  const platform = startPlatform(options, ground);
  opened.push([PLATFORM, () => platform.close()]);
  phase = "opening routes";
  const { log, metrics, events, control } = ground;
  const retention = new Retention({ days: config.retentionDays, platform, now, events, log });
  opened.push(["retention", async () => retention.stop()]);
  observePlatform(platform, metrics, config.dataDir);
  opened.push(["watches", watches(front, platform, ground)]);
  const decoder = decoderPool(options, ground, platform);
  opened.push(["decoders", async () => decoder.close()]);
  ground.memory.watch(() => [...platform.threads(), ...decoder.threads()]);
  let failure: string | undefined;
  const app = await buildApp({
    ...partsOf(ground, options),
    platform,
    decoder,
    front,
    readiness: () => readinessOf(failure, platform, ground),
  });
  front.open();
  await platform.started();
  log.info(
    { ...(await factsOf(config, platform, url)), seconds: secondsSince(beganMs) },
    "started",
  );
  return {
    ...{ url, platform, control, app, retention },
    failed(err) {
      failure = "an error that nobody caught; the server is ending";
      log.fatal({ err }, "uncaught error");
    },
    close: closeOnce((signal) =>
      closeAll({ front, app, platform, retention, ground, opened }, signal),
    ),
  };
}

function readinessOf(failure: string | undefined, platform: LivePlatform, { memory }: Ground) {
  if (failure !== undefined) return { ready: false, reasons: [failure] };
  return { ...platform.readiness(), notes: memory.notes() };
}

/** What is looked at now and then. @returns how to stop it. */
function watches(front: HttpFront, platform: LivePlatform, ground: Ground): Step[1] {
  const stopObserving = observePort(front, ground.metrics);
  const stopTelling = every(TELL_EVERY_MS, () => {
    ground.quarantine.refresh();
    platform.tellSettings();
  });
  const { memory, metrics } = ground;
  metrics.beforeScrape(async () => memory.observe());
  const stopLooking = every(MEMORY_LOOK_MS, () => memory.look());
  return async () => {
    stopLooking();
    stopTelling();
    stopObserving();
  };
}

interface Running {
  readonly front: HttpFront;
  readonly app: FastifyInstance;
  readonly platform: LivePlatform;
  readonly retention: Retention;
  readonly ground: Ground;
  readonly opened: readonly Step[];
}

/**
 * Requests first, with a time of grace; then everything is saved while late requests get their 503; the
 * port goes last.
 */
async function closeAll(running: Running, signal: string | undefined): Promise<void> {
  const { front, app, platform, retention, ground, opened } = running;
  const { log } = ground;
  const stopMs = performance.now();
  retention.stop();
  try {
    await withinDeadline(front.limits.endMs, [
      ["requests under way", () => lastRequests(running)],
      ["the routes", () => app.close()],
      ["points and states to be saved", () => platform.close()],
    ]);
  } catch (err) {
    log.error({ err, signal }, "the stop did not end well");
    // A disk that hangs would hang whoever frees the rest: the process is ended, which needs no watch.
    if (err instanceof StopTimeout) await ground.watchdog.close();
    else await freed(opened);
    throw err;
  }
  await freed(opened);
  log.info({ signal, seconds: secondsSince(stopMs) }, "stopped");
}

/** Waits for the requests under way; where they take long, saves what needs none of them meanwhile. */
async function lastRequests({ front, platform }: Running): Promise<void> {
  const ended = front.end();
  await Promise.race([ended, sleep(SAVE_EARLY_MS, undefined, { ref: false })]);
  // The close makes a checkpoint again, and reports what fails.
  if (front.requestsUnderWay > 0) await platform.checkpoint().catch(() => {});
  await ended;
}

/** The platform has freed its own files, also where it could not save. */
async function freed(opened: readonly Step[]): Promise<void> {
  for (const [name, close] of [...opened].reverse()) if (name !== PLATFORM) await close();
}

async function listening(front: HttpFront, { host, port }: Config): Promise<string> {
  try {
    return await front.listen(host, port);
  } catch (error) {
    throw portProblem(error, host, port);
  }
}

function startPlatform(options: StartOptions, ground: Ground): LivePlatform {
  const { config, now, link, linkHost } = options;
  const { partitionCount, settings, limits, control, quarantine, watchdog, events } = ground;
  const { dataDir, workerCount: ownerCount } = config;
  const clientCount = config.hostCount + 1;
  const { plan, hostPart: memory } = ground.memory;
  const [heapMbMax, light] = [plan.threadHeapMbMax, ground.light.memory];
  const hosts = { clientCount, dataDir, partitionCount, ownerCount, memory, heapMbMax, light };
  return LivePlatform.start({
    ...config,
    partitionCount,
    settingsOf: (tenantId) => settings.of(tenantId),
    limits,
    gridFixed: (tenantId, gridMs) => control.fixGrid(tenantId, gridMs),
    tenantIds: () => control.tenants().map(({ slug }) => slug),
    now,
    monotonicMs,
    link: link ?? threadOwners({ ...config, ...plan.owner, clientCount, heapMbMax, light }),
    linkHost: linkHost ?? threadHosts(hosts, now),
    quarantine,
    watch: watchdog,
    arrangeFolds: (signal) => foldFilesArranged(dataDir, signal),
    events,
  });
}

function decoderPool(
  { linkDecoder }: StartOptions,
  { events, memory }: Ground,
  platform: LivePlatform,
): DecoderPool {
  return new DecoderPool({
    link: linkDecoder ?? threadDecoders(memory.plan.decoder),
    after: afterTimeout,
    events: {
      decoderLost(lost) {
        events.decoderLost(lost);
        const { tenantId = "", reason, error = new Error(`ended for ${reason}`) } = lost;
        platform.strike("decoder", { what: "decode", tenantId }, error);
      },
    },
  });
}

/** What the routes need of the ground. */
function partsOf(
  { control, settings, limits, light, log, metrics, events }: Ground,
  options: StartOptions,
) {
  const { now, demoTruth } = options;
  return {
    keyring: new Keyring(control, now),
    ...{ limits, light, log, metrics, now, demoTruth },
    version: VERSION,
    dashboardDir: DASHBOARD_DIR,
    labels: labelMappings(control, settings),
    requestRefused: events.requestRefused,
  };
}

function closeOnce(work: (signal?: string) => Promise<void>): (signal?: string) => Promise<void> {
  let closing: Promise<void> | undefined;
  return (signal) => {
    closing ??= work(signal);
    return closing;
  };
}

function secondsSince(beganMs: number): number {
  return Math.round(performance.now() - beganMs) / 1000;
}

function monotonicMs(): number {
  return performance.now();
}

async function factsOf({ dataDir }: Config, platform: LivePlatform, url: string) {
  const { partitionCount: partitions } = platform.options;
  const states = await platform.states();
  const series = states.reduce((sum, { seriesCount }) => sum + seriesCount, 0);
  return { version: VERSION, dataDir, partitions, port: Number(new URL(url).port), series };
}
