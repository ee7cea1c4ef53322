import { DAY_MS, type EpochMs, HOUR_MS } from "@foreshock/core/fold";
import type { Log } from "../observe/log.ts";
import type { LivePlatform } from "./live-platform.ts";
import type { PlatformEvents } from "./platform-events.ts";

const EVERY_MS = HOUR_MS;
/** Days before the newest point that always stay, however old that is: an import of old data, a long outage. */
const KEPT_DAYS = 3;

export interface RetentionOptions {
  /** 0 keeps everything. */
  readonly days: number;
  readonly platform: LivePlatform;
  readonly now: () => EpochMs;
  readonly events: Pick<PlatformEvents, "daysDropped">;
  readonly log: Pick<Log, "warn">;
}

/** Deletes points and roll-up scores of days that are past the retention; findings stay. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #timer: NodeJS.Timeout | undefined;

  /** Runs every hour where there is a limit. */
  constructor(options: RetentionOptions) {
    this.#options = options;
    if (options.days === 0) return;
    this.#timer = setInterval(() => {
      this.run().catch((error: unknown) => {
        options.log.warn({ err: error }, "old days could not be deleted; next try in an hour");
      });
    }, EVERY_MS);
    this.#timer.unref();
  }

  /** Deletes what is past the retention now. */
  async run(): Promise<void> {
    const { days, platform, now, events } = this.#options;
    if (days === 0) return;
    const newestMs = newestOf(platform);
    const keptFromMs = Math.min(now() - days * DAY_MS, newestMs - KEPT_DAYS * DAY_MS);
    const day = Math.floor(keptFromMs / DAY_MS);
    if (!(day > 0)) return;
    const dropped = await platform.pool.askAll({ what: "drop-before", atMs: day * DAY_MS });
    for (const tenantId of platform.tenantIds()) {
      platform.fleetStore.forTenant(tenantId).scores.dropBefore(day);
      platform.runner(tenantId).history?.dropBefore(day);
      platform.changed(tenantId);
    }
    const dayCount = new Set(dropped.flat()).size;
    if (dayCount > 0) events.daysDropped({ beforeMs: day * DAY_MS, dayCount });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Time of the newest point of all series; -Infinity before the first one. */
function newestOf({ directory }: LivePlatform): EpochMs {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { lastMs } of directory.byHandle) if (lastMs > newestMs) newestMs = lastMs;
  return newestMs;
}
