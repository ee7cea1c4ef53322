import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { EpochMs } from "@foreshock/core/fold";
import type { AppParts } from "../api/app.ts";
import type { Config } from "../config/config.ts";
import { lockDataDir } from "../config/data-dir.ts";
import { createLog } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { LightWork } from "../platform/light-work.ts";
import { ControlDb } from "../tenant/control-db.ts";
import { Limits } from "../tenant/limits.ts";
import { SettingsCache } from "../tenant/settings-cache.ts";
import { VERSION } from "../version.ts";
import type { StallLimits } from "../watch/stall-clock.ts";
import { Watchdog } from "../watch/watchdog.ts";
import { afterTimeout } from "./after.ts";
import { logAudit } from "./log-audit.ts";
import { MemoryKeeper, planOf } from "./memory-keeper.ts";
import { type OperatorEvents, operatorEvents } from "./operator-events.ts";
import { QuarantineCache } from "./quarantine-cache.ts";

/** What every room of the server stands on. */
export interface Ground {
  readonly partitionCount: number;
  readonly log: ReturnType<typeof createLog>;
  readonly metrics: Metrics;
  readonly events: OperatorEvents;
  readonly control: ControlDb;
  readonly settings: SettingsCache;
  readonly limits: Limits;
  readonly quarantine: QuarantineCache;
  readonly watchdog: Watchdog;
  readonly memory: MemoryKeeper;
  readonly light: LightWork;
}

export interface GroundOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** False where several servers live in one process (tests). */
  readonly processMetrics?: boolean;
  /** Refused keys in a row that one address may send before it has to wait. */
  readonly refusedBurst?: number;
  /** Where log lines go; standard output where left out. */
  readonly logTo?: { write(line: string): void };
  /** When a thread stands still, and when it is stuck. */
  readonly stallLimits?: StallLimits;
}

/**
 * Opens the data folder, the log and the tenants' settings.
 *
 * @param opened called with each part that has to be closed again.
 */
export function openGround(
  options: GroundOptions,
  opened: (name: string, close: () => unknown) => void,
): Ground {
  const { config, now, refusedBurst } = options;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const partitionCount = lockDataDir(config.dataDir, config.partitionCount);
  const log = createLog(config.logLevel, options.logTo);
  const metrics = new Metrics(VERSION, options.processMetrics ?? true);
  const events = operatorEvents(log, metrics);
  opened("log", () => events.close());
  const control = ControlDb.open(join(config.dataDir, "control.db"), now);
  opened("control.db", () => control.close());
  opened("audit", logAudit(control.audit, log, afterTimeout));
  const settings = new SettingsCache(control, monotonicMs);
  const memory = new MemoryKeeper({
    plan: planOf(config),
    ...{ hostCount: config.hostCount, log, metrics, residentBytes: process.memoryUsage.rss },
  });
  const limits = new Limits({
    body: memory.plan.body,
    limitsOf: (tenantId) => settings.of(tenantId).limits,
    monotonicMs,
    ...(refusedBurst === undefined ? {} : { refusedBurst }),
  });
  const quarantine = new QuarantineCache(control.quarantine);
  const watchdog = new Watchdog(options.stallLimits);
  opened("watchdog", () => watchdog.close());
  return {
    ...{ partitionCount, log, metrics, events, control, settings, limits, quarantine, watchdog },
    memory,
    light: new LightWork(),
  };
}

function monotonicMs(): number {
  return performance.now();
}

/** How tenants' labels name cluster and node, kept with their settings. */
export function labelMappings(
  control: ControlDb,
  settings: SettingsCache,
): NonNullable<AppParts["labels"]> {
  return {
    of: (tenantId) => settings.of(tenantId).labels,
    change: (tenantId, labels) => control.changeSettings(tenantId, { labels }).labels,
  };
}
