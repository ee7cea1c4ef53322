import type { DurationMs } from "@foreshock/core/fold";
import { HeartbeatReader, type Work } from "./heartbeat.ts";

export interface StallLimits {
  /** A thread that shows no beat for this long stands still: it is named. */
  readonly stillMs: DurationMs;
  /** After this long it has to be ended. */
  readonly stuckMs: DurationMs;
}

export const STALL_LIMITS: StallLimits = { stillMs: 10_000, stuckMs: 30_000 };

/** A thread that has shown no beat at all is still being loaded: that may take so many times as long. */
const LOADING = 4;

/** A thread that shows no beat. */
export interface Stall extends Work {
  readonly isStuck: boolean;
  readonly forMs: DurationMs;
}

/** How long one thread has shown no beat. Says once that it stands still, and once that it is stuck. */
export class StallClock {
  readonly #reader: HeartbeatReader;
  readonly #limits: StallLimits;
  #beats = -1;
  #sinceMs = Number.NaN;
  #said: "nothing" | "still" | "stuck" = "nothing";

  constructor(memory: SharedArrayBuffer, limits: StallLimits) {
    this.#reader = new HeartbeatReader(memory);
    this.#limits = limits;
  }

  /** To be called now and then. Undefined while there is nothing new to say. */
  look(monotonicMs: number): Stall | undefined {
    const { beats } = this.#reader;
    if (beats !== this.#beats) {
      this.#beats = beats;
      this.#sinceMs = monotonicMs;
      this.#said = "nothing";
      return undefined;
    }
    const forMs = monotonicMs - this.#sinceMs;
    const patience = beats === 0 ? LOADING : 1;
    const stillMs = patience * this.#limits.stillMs;
    const stuckMs = patience * this.#limits.stuckMs;
    const isStuck = forMs >= stuckMs;
    const isNew = isStuck ? this.#said !== "stuck" : forMs >= stillMs && this.#said === "nothing";
    if (!isNew) return undefined;
    this.#said = isStuck ? "stuck" : "still";
    return { ...this.#reader.work(), isStuck, forMs };
  }
}
