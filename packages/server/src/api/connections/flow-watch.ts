import type { DurationMs } from "@foreshock/core/fold";
import type { DoorLimits } from "../../config/door-limits.ts";

/** What is seen of a connection at one moment. */
export interface Flow {
  /** Bytes read from the client so far. */
  readonly bytesIn: number;
  /** Bytes that the system has taken for the client so far. */
  readonly bytesOut: number;
  /** A body is not complete, and it is the client we wait for. */
  readonly awaitsBody: boolean;
  /** There are bytes that the client has not made room for. */
  readonly hasUnsent: boolean;
}

export type FlowFault = "slow-upload" | "unread-reply";

export type FlowLimits = Pick<
  DoorLimits,
  "bytesPerSecondMin" | "uploadWindowMs" | "unreadWindowMs"
>;

/** Where one direction stood when its window began; undefined while it does not wait for the client. */
interface Mark {
  readonly atMs: DurationMs;
  readonly bytes: number;
}

/**
 * Whether a client sends and reads fast enough. Both directions must move `bytesPerSecondMin` on
 * average over a window; a window begins again after each that was fast enough, and only time in
 * which we wait for the client counts.
 */
export class FlowWatch {
  readonly #limits: FlowLimits;
  #upload: Mark | undefined;
  #reply: Mark | undefined;

  constructor(limits: FlowLimits) {
    this.#limits = limits;
  }

  /** To be called again and again, a second apart or so. @param nowMs of a clock that only goes forward. */
  look(nowMs: DurationMs, flow: Flow): FlowFault | undefined {
    const { bytesPerSecondMin: rate, uploadWindowMs, unreadWindowMs } = this.#limits;
    const upload = flow.awaitsBody ? flow.bytesIn : undefined;
    const reply = flow.hasUnsent ? flow.bytesOut : undefined;
    const slow = stands(this.#upload, upload, nowMs, uploadWindowMs, rate);
    const unread = stands(this.#reply, reply, nowMs, unreadWindowMs, rate);
    if (slow) return "slow-upload";
    if (unread) return "unread-reply";
    this.#upload = next(this.#upload, upload, nowMs, uploadWindowMs);
    this.#reply = next(this.#reply, reply, nowMs, unreadWindowMs);
    return undefined;
  }
}

/** Whether a window has ended with too few bytes. */
function stands(
  mark: Mark | undefined,
  bytes: number | undefined,
  nowMs: DurationMs,
  windowMs: DurationMs,
  rate: number,
): boolean {
  if (mark === undefined || bytes === undefined) return false;
  const tookMs = nowMs - mark.atMs;
  return tookMs >= windowMs && bytes - mark.bytes < (rate * tookMs) / 1000;
}

function next(
  mark: Mark | undefined,
  bytes: number | undefined,
  nowMs: DurationMs,
  windowMs: DurationMs,
): Mark | undefined {
  if (bytes === undefined) return undefined;
  if (mark !== undefined && nowMs - mark.atMs < windowMs) return mark;
  return { atMs: nowMs, bytes };
}
