import { SILENCE_STATE_LENGTH } from "../engine/absence/silence-detector.ts";
import { unreadable } from "../model/state-bytes.ts";
import type { DurationMs } from "../model/time.ts";
import { copyState, LentDetectors, takeBack } from "./lent-detectors.ts";

const NONE = Number.NEGATIVE_INFINITY;

/** Receives a silent series at a step: p, or NaN to retract an earlier claim. */
export type SilenceSink = (series: number, step: number, p: number) => void;

interface Step {
  readonly step: number;
  /** One byte per series: 1 = it has a point there. */
  seen: Uint8Array;
}

/** Columns start with room for this many series. */
const CAPACITY_MIN = 64;

/**
 * Who of a tenant has gone silent. Steps count only where the tenant sent anything at all, so that an
 * outage on the way to us makes nobody silent. Points may come late: inside the horizon everything is
 * as if they had come in time. Cost: O(series) per step; two detector states per series in shared columns
 * (no objects), 1 byte per series and step of the horizon.
 */
export class SilenceWatch {
  readonly #stepMs: DurationMs;
  readonly #horizonSteps: number;
  /** Number of series; the columns are longer. */
  #count = 0;
  /** States as of the newest step looked at, and as of the oldest step that may still change. */
  #heads = new Float64Array(CAPACITY_MIN * SILENCE_STATE_LENGTH);
  #bases = new Float64Array(CAPACITY_MIN * SILENCE_STATE_LENGTH);
  /** Live steps per step of the series' own; 0 until its interval is known. */
  #strides = new Int32Array(CAPACITY_MIN);
  #ended = new Uint8Array(CAPACITY_MIN);
  readonly #detectors: LentDetectors;
  /** Steps that may still change, ascending: those looked at, then those to come. */
  #steps: Step[] = [];
  readonly #byStep = new Map<number, Step>();
  #lookedAt = NONE;
  /** Live steps before the first of `#steps`. */
  #baseLive = 0;
  readonly #dirty = new Set<number>();
  /** Claims inside the horizon, by step: they may have to be retracted. */
  readonly #claims = new Map<number, Set<number>>();

  constructor(stepMs: DurationMs, horizonSteps: number) {
    this.#stepMs = stepMs;
    this.#horizonSteps = horizonSteps;
    this.#detectors = new LentDetectors(stepMs);
  }

  add(series: number): void {
    this.#count = Math.max(this.#count, series + 1);
    if (this.#count > this.#strides.length) this.#grow();
  }

  /** The series' own sampling interval, once it is settled; before that it cannot be missed. */
  setInterval(series: number, intervalMs: DurationMs): void {
    if (this.#strides[series]! > 0) return;
    this.#strides[series] = Math.max(1, Math.ceil(intervalMs / this.#stepMs));
  }

  /** The source said that the series has ended: its silence is expected. */
  ended(series: number): void {
    this.#ended[series] = 1;
    const lent = this.#detectors.lend(this.#strides[series]!, this.#heads, series);
    lent.detector.ended();
    takeBack(lent, this.#heads, series);
  }

  /** The series has a point in this step. Steps before the horizon are too late to change anything. */
  seenIn(step: number, series: number): void {
    const known = this.#stepOf(step);
    if (known === undefined || known.seen[series] === 1) return;
    if (known.seen.length <= series) known.seen = widened(known.seen, this.#strides.length);
    known.seen[series] = 1;
    this.#ended[series] = 0;
    if (step <= this.#lookedAt) this.#dirty.add(series);
  }

  /** Share of the series of the newest looked-at step that have a point in `step`; 1 before any. */
  coverage(step: number): number {
    const before = this.#steps.findLast((known) => known.step <= this.#lookedAt);
    const wanted = before === undefined ? 0 : ones(before.seen);
    const here = this.#byStep.get(step);
    return wanted === 0 ? 1 : (here === undefined ? 0 : ones(here.seen)) / wanted;
  }

  /** Looks at all steps up to `last`, and first again at those that late points have changed. */
  advance(last: number, sink: SilenceSink): void {
    for (const series of this.#dirty) this.#again(series, sink);
    this.#dirty.clear();
    this.#steps.forEach(({ step, seen }, index) => {
      if (step <= this.#lookedAt || step > last) return;
      this.#lookedAt = step;
      for (let series = 0; series < this.#count; series++) {
        this.#look(series, this.#baseLive + index + 1, step, seen[series] === 1, sink);
      }
    });
    this.#forget();
  }

  /** Everything, as a JSON-ready header and bytes; see `restore`. */
  save(): { readonly header: SilenceHeader; readonly bytes: Uint8Array } {
    const count = this.#count;
    const states = new Float64Array(2 * count * SILENCE_STATE_LENGTH);
    for (let series = 0; series < count; series++) {
      copyState(this.#heads, series, states, 2 * series);
      copyState(this.#bases, series, states, 2 * series + 1);
    }
    const seen = this.#steps.map((step) => widened(step.seen, count));
    const header: SilenceHeader = {
      lookedAt: Number.isFinite(this.#lookedAt) ? this.#lookedAt : null,
      baseLive: this.#baseLive,
      strides: [...this.#strides.subarray(0, count)],
      ended: [...this.#ended.keys()].filter((series) => this.#ended[series] === 1),
      steps: this.#steps.map(({ step }) => step),
      claims: [...this.#claims]
        .filter(([, series]) => series.size > 0)
        .map(([step, series]): [number, number[]] => [step, [...series].sort((a, b) => a - b)])
        .sort(([a], [b]) => a - b),
      dirty: [...this.#dirty].sort((a, b) => a - b),
    };
    return { header, bytes: joined([bytesOf(states), ...seen]) };
  }

  /** This watch must be new. @throws Refusal "state/unreadable". */
  restore(header: SilenceHeader, bytes: Uint8Array): void {
    const count = header.strides.length;
    const stateBytes = 8 * SILENCE_STATE_LENGTH;
    if (bytes.length !== count * (2 * stateBytes + header.steps.length)) {
      throw unreadable("the length does not fit", { bytes: bytes.length });
    }
    if (count > 0) this.add(count - 1);
    const states = new Float64Array(bytes.slice(0, 2 * count * stateBytes).buffer as ArrayBuffer);
    for (let series = 0; series < count; series++) {
      copyState(states, 2 * series, this.#heads, series);
      copyState(states, 2 * series + 1, this.#bases, series);
    }
    this.#strides.set(header.strides);
    for (const series of header.ended) this.#ended[series] = 1;
    this.#steps = header.steps.map((step, k) => {
      const from = 2 * count * stateBytes + k * count;
      return { step, seen: bytes.slice(from, from + count) };
    });
    for (const step of this.#steps) this.#byStep.set(step.step, step);
    this.#lookedAt = header.lookedAt ?? NONE;
    this.#baseLive = header.baseLive;
    for (const [step, series] of header.claims) this.#claims.set(step, new Set(series));
    for (const series of header.dirty) this.#dirty.add(series);
  }

  #look(series: number, live: number, step: number, seen: boolean, sink: SilenceSink): void {
    const stride = this.#strides[series]!;
    if (stride === 0) return;
    const lent = this.#detectors.lend(this.#strides[series]!, this.#heads, series);
    const own = Math.floor(live / stride);
    const p = seen ? Number.NaN : lent.detector.missed(own);
    if (seen) lent.detector.seen(own);
    takeBack(lent, this.#heads, series);
    this.#claim(series, step, p, sink);
  }

  /** One series from the oldest changeable step on, as if its points had come in time. */
  #again(series: number, sink: SilenceSink): void {
    copyState(this.#bases, series, this.#heads, series);
    this.#steps.forEach(({ step, seen }, index) => {
      if (step > this.#lookedAt) return;
      this.#look(series, this.#baseLive + index + 1, step, seen[series] === 1, sink);
    });
    if (this.#ended[series] === 1) this.ended(series);
  }

  #claim(series: number, step: number, p: number, sink: SilenceSink): void {
    const claims = this.#claims.get(step);
    if (!Number.isNaN(p)) {
      if (claims === undefined) this.#claims.set(step, new Set([series]));
      else claims.add(series);
      sink(series, step, p);
    } else if (claims?.delete(series) === true) {
      sink(series, step, p);
    }
  }

  #stepOf(step: number): Step | undefined {
    const known = this.#byStep.get(step);
    if (known !== undefined) return known;
    for (let index = this.#steps.length - 1; index >= 0; index--) {
      if (this.#steps[index]!.step < step) return this.#insert(index + 1, step);
    }
    return step > this.#lookedAt || this.#baseLive === 0 ? this.#insert(0, step) : undefined;
  }

  #insert(index: number, step: number): Step {
    const made = { step, seen: new Uint8Array(this.#strides.length) };
    this.#steps.splice(index, 0, made);
    this.#byStep.set(step, made);
    // A step without any point becomes a live one, which changes the count of all later ones.
    if (step > this.#lookedAt) return made;
    for (let series = 0; series < this.#count; series++) this.#dirty.add(series);
    return made;
  }

  /** Steps that no point can change any more become the base. */
  #forget(): void {
    const oldest = this.#lookedAt - this.#horizonSteps;
    let gone = 0;
    while (gone < this.#steps.length && this.#steps[gone]!.step < oldest) {
      const { step, seen } = this.#steps[gone]!;
      this.#claims.delete(step);
      this.#byStep.delete(step);
      gone++;
      for (let series = 0; series < this.#count; series++) {
        const stride = this.#strides[series]!;
        if (stride === 0 || seen[series] !== 1) continue;
        const lent = this.#detectors.lend(stride, this.#bases, series);
        lent.detector.seen(Math.floor((this.#baseLive + gone) / stride));
        takeBack(lent, this.#bases, series);
      }
    }
    this.#steps = this.#steps.slice(gone);
    this.#baseLive += gone;
  }

  #grow(): void {
    const capacity = Math.max(this.#count, 2 * this.#strides.length);
    this.#heads = filled(new Float64Array(capacity * SILENCE_STATE_LENGTH), this.#heads);
    this.#bases = filled(new Float64Array(capacity * SILENCE_STATE_LENGTH), this.#bases);
    this.#strides = filled(new Int32Array(capacity), this.#strides);
    this.#ended = filled(new Uint8Array(capacity), this.#ended);
  }
}

function filled<Column extends Float64Array | Int32Array | Uint8Array>(
  column: Column,
  from: Column,
): Column {
  column.set(from);
  return column;
}

export interface SilenceHeader {
  readonly lookedAt: number | null;
  readonly baseLive: number;
  readonly strides: readonly number[];
  readonly ended: readonly number[];
  readonly steps: readonly number[];
  readonly claims: readonly (readonly [step: number, series: readonly number[]])[];
  readonly dirty: readonly number[];
}

function ones(seen: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < seen.length; i++) count += seen[i]!;
  return count;
}

function widened(seen: Uint8Array, length: number): Uint8Array {
  if (seen.length === length) return seen;
  const wide = new Uint8Array(length);
  wide.set(seen.subarray(0, length));
  return wide;
}

function bytesOf(numbers: Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
