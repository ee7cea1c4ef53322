import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DurationMs } from "@foreshock/core/fold";
import type { TenantHost } from "../src/host/tenant-host.ts";
import { hostOfTenant } from "../src/partition/clients.ts";
import { damageReport } from "../src/partition/damage-report.ts";
import type { TenantDoor } from "../src/platform/platform.ts";
import { LivePlatform } from "../src/serve/live-platform.ts";
import type { PlatformEvents } from "../src/serve/platform-events.ts";
import { QuarantineCache } from "../src/serve/quarantine-cache.ts";
import { moveFolds } from "../src/store/fleet/fold-moves.ts";
import { ControlDb } from "../src/tenant/control-db.ts";
import { type BodyLimits, Limits } from "../src/tenant/limits.ts";
import { SettingsCache } from "../src/tenant/settings-cache.ts";
import type { SettingsPatch } from "../src/tenant/tenant-settings.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { HandClock } from "./hand-clock.ts";
import { InProcessHosts } from "./in-process-hosts.ts";
import { InProcessOwners } from "./in-process-owners.ts";

export interface RealPlatformOptions {
  readonly tenants?: readonly string[];
  /** Of every tenant. */
  readonly settings?: SettingsPatch;
  readonly body?: Partial<BodyLimits>;
  readonly refusedBurst?: number;
  readonly clock?: HandClock;
  readonly disk?: FaultyDisk;
  readonly partitionCount?: number;
  readonly ownerCount?: number;
  readonly hostCount?: number;
}

/** The whole platform in this thread, on a folder of its own, with a clock and a disk in the test's hand. */
export interface RealPlatform {
  readonly platform: LivePlatform;
  readonly owners: InProcessOwners;
  readonly hosts: InProcessHosts;
  /** The host of a tenant, for what a test wants to see inside. */
  hostOf(tenantId: string): TenantHost;
  readonly control: ControlDb;
  readonly settings: SettingsCache;
  readonly limits: Limits;
  readonly clock: HandClock;
  readonly disk: FaultyDisk;
  readonly dataDir: string;
  /** What an operator would have heard, oldest first. */
  readonly heard: readonly HeardEvent[];
  /** Points that the owners have reported as scored since they were opened. */
  scoredPoints(): number;
  view(tenantId: string): TenantDoor;
  /** Closes the platform and opens it again on the same files. This object is not to be used any more. */
  reopened(hostCount?: number): Promise<RealPlatform>;
  /**
   * Another platform on a copy of the files as they are now: what a killed process leaves behind.
   *
   * @param isWaited whether it is given only once it has started.
   */
  crashed(isWaited?: boolean): Promise<RealPlatform>;
  /** Saves, frees the files and removes the folder. */
  close(): Promise<void>;
}

export interface HeardEvent {
  readonly what: keyof PlatformEvents;
  readonly partitions?: readonly number[];
  readonly error?: unknown;
  readonly againInMs?: DurationMs;
}

export const NOON = Date.UTC(2026, 10, 24, 12);
const TENANTS = ["acme", "globex"];
const CHECKPOINT_EVERY_MS = 60_000;
/** Files in memory, where the system has such a folder: SQLite's own syncs cost 200 ms a platform elsewhere. */
const FOLDERS = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export function openRealPlatform(options: RealPlatformOptions = {}): Promise<RealPlatform> {
  const clock = options.clock ?? new HandClock(NOON);
  const control = ControlDb.open(":memory:", clock.now);
  for (const tenant of options.tenants ?? TENANTS) {
    control.ensureTenant(tenant);
    if (options.settings !== undefined) control.changeSettings(tenant, options.settings);
  }
  const dataDir = newFolder();
  const disk = options.disk ?? new FaultyDisk();
  const { partitionCount = 4, ownerCount = 2, hostCount = 2 } = options;
  const settings = new SettingsCache(control, () => clock.monotonicMs);
  const limits = new Limits({
    limitsOf: (tenantId) => settings.of(tenantId).limits,
    monotonicMs: () => clock.monotonicMs,
    ...(options.body === undefined ? {} : { body: options.body }),
    ...(options.refusedBurst === undefined ? {} : { refusedBurst: options.refusedBurst }),
  });
  const ground = { partitionCount, ownerCount, hostCount, clock, control, settings, limits };
  return opened({ ...ground, dataDir, disk });
}

function newFolder(): string {
  return mkdtempSync(join(FOLDERS, "foreshock-platform-"));
}

/** What stays when the platform is opened again. */
type Ground = Required<Pick<RealPlatformOptions, "clock" | "disk" | "partitionCount">> &
  Pick<RealPlatform, "control" | "settings" | "limits" | "dataDir"> & {
    readonly ownerCount: number;
    readonly hostCount: number;
    /** False: the platform is given while it starts. */
    readonly isWaited?: boolean;
  };

async function opened(ground: Ground): Promise<RealPlatform> {
  const { clock, control, dataDir, disk, partitionCount, ownerCount: workerCount } = ground;
  const { settings, limits, hostCount } = ground;
  const heard: HeardEvent[] = [];
  const later = (_lane: string, work: () => void) => void setImmediate(work);
  const owners = new InProcessOwners({ dataDir, later, disk, clientCount: hostCount + 1 });
  const monotonicMs = () => clock.monotonicMs;
  const { now, after } = clock;
  const hosts = new InProcessHosts({
    ...{ dataDir, partitionCount, ownerCount: workerCount, hostCount, later, disk, monotonicMs },
    ...{ now, after },
  });
  const counted = { scoredPoints: 0 };
  const platform = LivePlatform.start({
    ...{ partitionCount, workerCount, hostCount, monotonicMs },
    checkpointEveryMs: CHECKPOINT_EVERY_MS,
    settingsOf: (tenantId) => settings.of(tenantId),
    gridFixed: (tenantId, gridMs) => control.fixGrid(tenantId, gridMs),
    tenantIds: () => control.tenants().map(({ slug }) => slug),
    ...{ now, after, limits },
    link: owners.link,
    linkHost: hosts.link,
    quarantine: new QuarantineCache(control.quarantine),
    arrangeFolds: async () => moveFolds(dataDir).map((damage) => damageReport(damage)),
    events: { ...written(heard), ...countingScored(counted) },
  });
  if (ground.isWaited !== false) await platform.started();
  return {
    ...{ platform, owners, hosts, control, settings, limits, clock, disk, dataDir, heard },
    hostOf: (tenantId) => hosts.running[hostOfTenant(tenantId, hostCount + 1) - 1]!,
    scoredPoints: () => counted.scoredPoints,
    view: (tenantId) => platform.forTenant(tenantId),
    reopened: async (hosts = hostCount) => {
      await platform.close();
      return opened({ ...ground, hostCount: hosts, isWaited: true });
    },
    crashed: (isWaited = true) => {
      const copy = newFolder();
      cpSync(dataDir, copy, { recursive: true });
      return opened({ ...ground, dataDir: copy, isWaited });
    },
    close: async () => {
      try {
        await platform.close();
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  };
}

function countingScored(counted: { scoredPoints: number }): Pick<PlatformEvents, "scored"> {
  return {
    scored(points) {
      counted.scoredPoints += points;
    },
  };
}

function written(heard: HeardEvent[]): PlatformEvents {
  return {
    ownerEnded: (partitions, error, againInMs) =>
      heard.push({ what: "ownerEnded", partitions, error, againInMs }),
    ownerStarted: (partitions) => heard.push({ what: "ownerStarted", partitions }),
    hostEnded: (_, error, againInMs) => heard.push({ what: "hostEnded", error, againInMs }),
    hostStarted: () => heard.push({ what: "hostStarted" }),
    stalled: (_, stall) => heard.push({ what: "stalled", error: stall }),
    struck: (_, reason) => heard.push({ what: "struck", error: reason }),
    released: () => heard.push({ what: "released" }),
    checkpointFailed: (error, againInMs) =>
      heard.push({ what: "checkpointFailed", error, againInMs }),
    stateNotSaved: (_tenantId, error) => heard.push({ what: "stateNotSaved", error }),
    damage: (damage) => heard.push({ what: "damage", error: damage }),
    slowCommit() {},
    disk() {},
    checkpoint() {},
    daysDropped() {},
    refused() {},
    scored() {},
  };
}
