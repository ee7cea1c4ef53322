import { firstOfStep } from "../aggregate/fleet/step-order.ts";
import { StepQueue } from "../aggregate/fleet/step-queue.ts";
import { Bits } from "./bits.ts";

const NONE = Number.NEGATIVE_INFINITY;

/** A step in which the tenant sent something. */
export interface LiveStep {
  readonly step: number;
  /** Series that have a value there. */
  readonly seen: Bits;
  seenCount: number;
  /** Series of which it was said last that they ended. */
  readonly ended: Bits;
  /** Series that were called silent there. */
  readonly claimed: Bits;
  /** Nodes of which a series has a value there. It follows from `seen`, and is not saved. */
  readonly nodes: Bits;
  /** Nodes that have left and are missed there. It follows from the steps before, and is not saved. */
  readonly missing: Bits;
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
  readonly #horizonSteps: number;
  readonly #past: LiveStep[] = [];
  readonly #byStep = new Map<number, LiveStep>();
  readonly #waiting = new StepQueue();
  /** Steps of `past` that were taken out and are cut off once for all. */
  #gone = 0;

  constructor(horizonSteps: number) {
    this.#horizonSteps = horizonSteps;
  }

  /** Oldest step that may still change. */
  get oldest(): number {
    return this.lookedAt - this.#horizonSteps;
  }

  /** O(steps). */
  get bytes(): number {
    let bytes = 0;
    for (const { seen, claimed, ended, nodes, missing } of this.#byStep.values()) {
      bytes += seen.byteLength + claimed.byteLength + ended.byteLength;
      bytes += nodes.byteLength + missing.byteLength;
    }
    return bytes;
  }

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

  /** Adds a step that is not there yet. */
  add(live: LiveStep): void {
    this.#byStep.set(live.step, live);
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

  /** The oldest step, taken out where no point can change it any more. */
  takeOldest(): LiveStep | undefined {
    const first = this.#past[this.#gone];
    if (first === undefined || first.step >= this.oldest) return this.#close();
    this.visits++;
    this.#gone++;
    this.#byStep.delete(first.step);
    this.baseLive++;
    return first;
  }

  #close(): undefined {
    if (this.#gone > 0) this.#past.splice(0, this.#gone);
    this.#gone = 0;
  }
}

/** @param seriesCount series that are known */
export function liveStep(step: number, seriesCount: number, nodeCount: number): LiveStep {
  return {
    step,
    seen: new Bits(seriesCount),
    seenCount: 0,
    ended: new Bits(),
    claimed: new Bits(),
    nodes: new Bits(nodeCount),
    missing: new Bits(),
    isChanged: true,
  };
}
