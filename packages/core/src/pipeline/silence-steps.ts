import { firstOfStep } from "../aggregate/fleet/step-order.ts";
import { StepQueue } from "../aggregate/fleet/step-queue.ts";
import { unreadable } from "../model/state-bytes.ts";

const NONE = Number.NEGATIVE_INFINITY;
const NO_CLAIMS = new Uint8Array(0);

/** A step in which the tenant sent something. Bits are by series; those of later series are 0. */
export interface LiveStep {
  readonly step: number;
  /** 1 = the series has a point there. */
  seen: Uint8Array;
  /** Series that have a point there. */
  seenCount: number;
  /** 1 = the series was called silent there; none before the first claim. */
  claimed: Uint8Array;
  isChanged: boolean;
}

/** The live steps of a tenant: those that may still change, in order, and those to come, in a queue. */
export class SilenceSteps {
  /** Newest step that was looked at. */
  lookedAt = NONE;
  /** Live steps before the first of `past`. */
  baseLive = 0;
  /** Steps looked at in search of something; for tests of what the work grows with. */
  visits = 0;
  bytes = 0;
  readonly #past: LiveStep[] = [];
  readonly #byStep = new Map<number, LiveStep>();
  readonly #waiting = new StepQueue();

  /** Steps that were looked at and may still change, ascending. */
  get past(): readonly LiveStep[] {
    return this.#past;
  }

  get(step: number): LiveStep | undefined {
    return this.#byStep.get(step);
  }

  /** All steps, ascending. */
  all(): LiveStep[] {
    const waiting = this.#waiting.all().map((step) => this.#byStep.get(step)!);
    return this.#past.concat(waiting);
  }

  /** Whether a point of this step can still change something. */
  takes(step: number): boolean {
    if (step > this.lookedAt || this.#byStep.has(step)) return true;
    const first = this.#past[0];
    return first !== undefined && first.step < step ? true : this.baseLive === 0;
  }

  /** Adds a step that is not there yet. */
  add(live: LiveStep): void {
    this.#byStep.set(live.step, live);
    this.bytes += bytesOf(live);
    if (live.step > this.lookedAt) this.#waiting.add(live.step);
    else
      this.#past.splice(
        firstOfStep(this.#past, live.step, ({ step }) => step),
        0,
        live,
      );
  }

  /** The next step up to `last` that was not looked at; it counts as looked at from now on. */
  next(last: number): LiveStep | undefined {
    const step = this.#waiting.first();
    if (step > last) return undefined;
    this.visits++;
    this.#waiting.removeFirst();
    const live = this.#byStep.get(step)!;
    this.#past.push(live);
    this.lookedAt = step;
    return live;
  }

  /** The oldest step, taken out where it is before `oldest`. */
  takeOldest(oldest: number): LiveStep | undefined {
    const first = this.#past[this.#gone];
    if (first === undefined || first.step >= oldest) return this.#close();
    this.visits++;
    this.#gone++;
    this.#byStep.delete(first.step);
    this.bytes -= bytesOf(first);
    this.baseLive++;
    return first;
  }

  /** Steps of `past` that were taken out and are cut off once for all. */
  #gone = 0;

  #close(): undefined {
    if (this.#gone > 0) this.#past.splice(0, this.#gone);
    this.#gone = 0;
  }

  /** Makes a column of bits longer, so that it has one for the series. */
  hold(live: LiveStep, bits: "seen" | "claimed", series: number): void {
    const column = live[bits];
    if (series >>> 3 < column.length) return;
    const wide = new Uint8Array(Math.max((series >>> 3) + 1, Math.ceil(1.25 * column.length)));
    wide.set(column);
    this.bytes += wide.length - column.length;
    live[bits] = wide;
  }
}

export function liveStep(step: number, seriesCount: number): LiveStep {
  const seen = new Uint8Array((seriesCount + 7) >>> 3);
  return { step, seen, seenCount: 0, claimed: NO_CLAIMS, isChanged: true };
}

export function hasBit(bits: Uint8Array, series: number): boolean {
  return series >>> 3 < bits.length && (bits[series >>> 3]! & (1 << (series & 7))) !== 0;
}

/** Bits of `count` series, without those behind them that are 0 anyway: the same for the same series. */
export function trimmedBits(bits: Uint8Array): Uint8Array {
  let length = bits.length;
  while (length > 0 && bits[length - 1] === 0) length--;
  return bits.subarray(0, length);
}

/** @throws Refusal "state/unreadable" where a bit belongs to no series. */
export function checkedBits(bits: Uint8Array, count: number): Uint8Array {
  for (let series = count; series < 8 * bits.length; series++) {
    if (hasBit(bits, series)) throw unreadable("a bit of no series", { series });
  }
  return bits;
}

export function countOf(bits: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    for (let rest = bits[i]!; rest > 0; rest &= rest - 1) count++;
  }
  return count;
}

function bytesOf({ seen, claimed }: LiveStep): number {
  return seen.length + claimed.length;
}
