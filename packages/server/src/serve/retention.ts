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
    const states = await platform.states();
    const newestMs = states.reduce(
      (newest, state) => Math.max(newest, state.newestMs),
      Number.NEGATIVE_INFINITY,
    );
    const keptFromMs = Math.min(now() - days * DAY_MS, newestMs - KEPT_DAYS * DAY_MS);
    const day = Math.floor(keptFromMs / DAY_MS);
    if (!(day > 0)) return;
    const { length: dayCount } = await platform.dropBefore(day, day * DAY_MS);
    if (dayCount > 0) events.daysDropped({ beforeMs: day * DAY_MS, dayCount });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
