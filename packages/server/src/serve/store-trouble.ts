import type { DurationMs } from "@foreshock/core/fold";
import type { DiskMessage } from "../partition/protocol.ts";
import { Unavailable, type UnavailableCode } from "../platform/platform-errors.ts";

/** Senders try again within seconds, so that a trouble that lasts is heard of again before this is over. */
const HELD_MS = 30_000;

const REASONS: Readonly<Partial<Record<UnavailableCode, string>>> = {
  "store/disk-full": "no room on the disk: points are refused until there is; reads go on",
  "store/io-error": "the disk fails: points are refused; reads go on",
  "store/sync-failed": "the disk could not sync: its partitions are opened again",
};

const DISK_REASONS = {
  full: REASONS["store/disk-full"]!,
  silent: "the disk does not answer: points are refused; reads go on where they need no disk",
} as const;

type DiskState = Pick<DiskMessage, "partition" | "state">;

/** What kept points from being stored lately, as /readyz says it. */
export class StoreTrouble {
  readonly #monotonicMs: () => DurationMs;
  readonly #disks = new Map<number, "full" | "silent">();
  readonly #untilMs = new Map<UnavailableCode, DurationMs>();

  constructor(monotonicMs: () => DurationMs) {
    this.#monotonicMs = monotonicMs;
  }

  /** Passes on what `work` comes to, and remembers a failure of the store. */
  async watch<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unavailable && REASONS[error.code] !== undefined) {
        this.#untilMs.set(error.code, this.#monotonicMs() + HELD_MS);
      }
      throw error;
    }
  }

  /** What a partition's disk does now: "full" and "silent" last until it "writes" again. */
  disk({ partition, state }: DiskState): void {
    if (state === "writes") this.#disks.delete(partition);
    else this.#disks.set(partition, state);
  }

  reasons(): readonly string[] {
    const reasons = new Set(this.#lately());
    for (const state of this.#disks.values()) reasons.add(DISK_REASONS[state]);
    return [...reasons];
  }

  #lately(): readonly string[] {
    const nowMs = this.#monotonicMs();
    for (const [code, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(code);
    return [...this.#untilMs.keys()].map((code) => REASONS[code]!);
  }
}
