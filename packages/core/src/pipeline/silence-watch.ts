import type { Piece, PieceFloor } from "../aggregate/fleet/piece.ts";
import { PIECE } from "../aggregate/fleet/piece.ts";
import { STANDING } from "../aggregate/fleet/point-list.ts";
import type { FleetNames } from "../aggregate/fleet/tenant-fleet.ts";
import { SILENCE_STATE_LENGTH } from "../engine/absence/silence-detector.ts";
import { assert } from "../model/refusal.ts";
import type { DurationMs } from "../model/time.ts";
import { copyState, LentDetectors } from "./lent-detectors.ts";
import { NodeWatch } from "./node-watch.ts";
import {
  markSilenceSaved,
  type SilenceParts,
  SilenceReader,
  silencePieces,
} from "./silence-pieces.ts";
import { CHUNK_SERIES, SilenceStates } from "./silence-states.ts";
import { type LiveStep, liveStep, SilenceSteps } from "./silence-steps.ts";

/** Receives a silent series at a step: p, or NaN to retract an earlier claim. */
export type SilenceSink = (series: number, step: number, p: number) => void;

/** Looks after which the work can be set down. */
const LOOKS_PER_YIELD = 4096;

/**
 * Who of a tenant has gone silent. Steps count only where the tenant sent anything at all, so that an
 * outage on the way to us makes nobody silent. A series is missed while its node sends something, or where
 * its node has left and is missed (`NodeWatch`); not before its interval is settled, and not after its
 * source said that it ended. Points and ends may come late: inside the horizon everything is as if they had
 * come in time. Cost: O(series) per step; two detector states per series in shared columns
 * (no objects), two bits per series and step of the horizon.
 */
export class SilenceWatch {
  readonly #stepMs: DurationMs;
  readonly #series = new SilenceStates();
  readonly #detectors: LentDetectors;
  readonly #steps: SilenceSteps;
  readonly #nodes: NodeWatch;
  /** Series that late points have changed. */
  readonly #dirty = new Set<number>();
  /** Node of each series. */
  readonly #seriesNode: readonly number[];

  constructor(stepMs: DurationMs, horizonSteps: number, names: FleetNames) {
    this.#stepMs = stepMs;
    this.#steps = new SilenceSteps(horizonSteps);
    this.#detectors = new LentDetectors(stepMs);
    this.#seriesNode = names.seriesNode;
    this.#nodes = new NodeWatch(stepMs, names, () => this.#series.firstSteps);
  }

  /** Bytes of the columns. O(steps of the horizon). */
  get bytes(): number {
    return this.#series.bytes + this.#steps.bytes + this.#nodes.bytes;
  }

  /** Steps looked at in search of something; for tests of what the work grows with. */
  get stepVisits(): number {
    return this.#steps.visits;
  }

  /** Series are added in the order of their numbers; one that is known changes nothing. */
  add(series: number): void {
    if (series < this.#series.count) return;
    assert(series === this.#series.count, "series are added in the order of their numbers");
    this.#series.reserve(series + 1);
    this.#nodes.add(series);
  }

  /** The series' own sampling interval, once it is settled; before that it cannot be missed. */
  setInterval(series: number, intervalMs: DurationMs): void {
    this.#demandKnown(series);
    const { strides, bases } = this.#series;
    const stride = Math.max(1, Math.ceil(intervalMs / this.#stepMs));
    // What was learnt in steps of one length says nothing about steps of another.
    const hasLearnt = strides[series]! > 0 && bases[series * SILENCE_STATE_LENGTH]! > 0;
    if (hasLearnt || strides[series] === stride) return;
    strides[series] = stride;
    this.#series.touch(series);
    if (this.#steps.past.length > 0) this.#dirty.add(series);
  }

  /** The series has a value in this step, at which its interval was settled or not. */
  seenIn(step: number, series: number, isSettled: boolean): void {
    this.#demandKnown(series);
    const live = this.#stepOf(step);
    if (live === undefined) return;
    const { firstSteps, settledSteps } = this.#series;
    if (isSettled && step < settledSteps[series]!) {
      settledSteps[series] = step;
      this.#noteLate(step, series);
    }
    if (live.seen.has(series)) return;
    live.seen.set(series);
    live.seenCount++;
    live.isChanged = true;
    live.nodes.set(this.#seriesNode[series]!);
    if (step < firstSteps[series]!) firstSteps[series] = step;
    this.#noteLate(step, series);
  }

  /** What is said of a series in a step has changed: it ended, or a value was taken back (STANDING). */
  changedIn(step: number, series: number, standing: number): void {
    this.#demandKnown(series);
    const live = this.#stepOf(step);
    if (live === undefined) return;
    const hasEnded = (standing & STANDING.ended) !== 0;
    if (hasEnded !== live.ended.has(series)) {
      if (hasEnded) live.ended.set(series);
      else live.ended.clear(series);
      live.isChanged = true;
      this.#noteLate(step, series);
    }
    if ((standing & STANDING.value) !== 0 || !live.seen.has(series)) return;
    live.seen.clear(series);
    live.seenCount--;
    live.isChanged = true;
    const node = this.#seriesNode[series]!;
    if (!this.#nodes.seriesOf(node).some((other) => live.seen.has(other))) live.nodes.clear(node);
    this.#noteLate(step, series);
  }

  /** Share of the series of the newest looked-at step that have a point in `step`; 1 before any. */
  coverage(step: number): number {
    const wanted = this.#steps.past.at(-1)?.seenCount ?? 0;
    return wanted === 0 ? 1 : (this.#steps.get(step)?.seenCount ?? 0) / wanted;
  }

  /**
   * Looks at all steps up to `last`, and first again at those that late points have changed. Yields the
   * looks (series and steps) that were done each time the work can be set down; until it is done, nothing
   * else may be called.
   */
  *work(last: number, sink: SilenceSink): Generator<number, void> {
    yield* this.#nodes.again(this.#steps, (node) => {
      for (const series of this.#nodes.seriesOf(node)) this.#dirty.add(series);
    });
    let looks = 0;
    for (const series of this.#dirty) {
      looks += this.#again(series, sink);
      if (looks < LOOKS_PER_YIELD) continue;
      yield looks;
      looks = 0;
    }
    this.#dirty.clear();
    for (let live = this.#steps.next(last); live !== undefined; live = this.#steps.next(last)) {
      const count = this.#steps.baseLive + this.#steps.past.length;
      yield* this.#nodes.look(count, live);
      for (let from = 0; from < this.#series.count; from += CHUNK_SERIES) {
        const end = Math.min(this.#series.count, from + CHUNK_SERIES);
        for (let series = from; series < end; series++) this.#look(series, count, live, sink);
        this.#series.touch(from);
        looks += end - from;
        if (looks < LOOKS_PER_YIELD) continue;
        yield looks;
        looks = 0;
      }
      yield* this.#forget();
    }
    yield looks + 1;
  }

  /** All of it, or what has changed since `saved`. */
  pieces(which: "all" | "changed"): Generator<Piece> {
    return silencePieces(this.#parts, which);
  }

  /** The pieces given last are safe. */
  saved(): void {
    markSilenceSaved(this.#parts);
  }

  /** Steps before which saved pieces are of no use any more. */
  get floor(): PieceFloor {
    return { kind: PIECE.silenceStep, fromStep: this.#steps.oldest };
  }

  /** Takes pieces back in their order; this watch must be new. @throws Refusal "state/unreadable". */
  reader(): { take(piece: Piece): void; end(): void } {
    return new SilenceReader(this.#parts, (series) => this.add(series));
  }

  get #parts(): SilenceParts {
    return {
      series: this.#series,
      steps: this.#steps,
      nodes: this.#nodes,
      dirty: this.#dirty,
      seriesNode: this.#seriesNode,
    };
  }

  #demandKnown(series: number): void {
    const isKnown = series >= 0 && series < this.#series.count;
    assert(isKnown, "silence is watched of series that were added");
  }

  #noteLate(step: number, series: number): void {
    if (step > this.#steps.lookedAt) return;
    this.#dirty.add(series);
    this.#nodes.late(this.#seriesNode[series]!);
  }

  #look(series: number, live: number, step: LiveStep, sink: SilenceSink): void {
    const { strides, settledSteps, heads } = this.#series;
    const stride = strides[series]!;
    if (stride === 0 || step.step < settledSteps[series]!) {
      if (step.claimed.has(series)) this.#claim(series, step, Number.NaN, sink);
      return;
    }
    const detector = this.#detectors.lend(stride, heads, series);
    const own = Math.floor(live / stride);
    const isSeen = step.seen.has(series);
    if (isSeen) detector.seen(own);
    if (step.ended.has(series)) detector.ended();
    const p = isSeen || !this.#isMissed(series, step) ? Number.NaN : detector.missed(own);
    if (!Number.isNaN(p) || step.claimed.has(series)) this.#claim(series, step, p, sink);
  }

  /** A silent series of a node that sends something, or that has left and is missed. */
  #isMissed(series: number, { nodes, missing }: LiveStep): boolean {
    const node = this.#seriesNode[series]!;
    return nodes.has(node) || missing.has(node);
  }

  /** One series from the oldest changeable step on, as if its points had come in time. @returns its looks. */
  #again(series: number, sink: SilenceSink): number {
    copyState(this.#series.bases, series, this.#series.heads, series);
    this.#series.touch(series);
    const { past, baseLive } = this.#steps;
    for (let i = 0; i < past.length; i++) this.#look(series, baseLive + i + 1, past[i]!, sink);
    return 1 + past.length;
  }

  #claim(series: number, step: LiveStep, p: number, sink: SilenceSink): void {
    const isClaim = !Number.isNaN(p);
    if (isClaim !== step.claimed.has(series)) {
      if (isClaim) step.claimed.set(series);
      else step.claimed.clear(series);
      step.isChanged = true;
    }
    sink(series, step.step, p);
  }

  /** The step with its bits, made where there is none; undefined before the horizon. */
  #stepOf(step: number): LiveStep | undefined {
    const known = this.#steps.get(step);
    if (known !== undefined) return known;
    if (step < this.#steps.oldest) return undefined;
    const made = liveStep(step, this.#series.count, this.#nodes.states.count);
    this.#steps.add(made);
    // A step without any point becomes a live one, which changes the count of all later ones.
    if (step > this.#steps.lookedAt) return made;
    for (let series = 0; series < this.#series.count; series++) this.#dirty.add(series);
    this.#nodes.allLate();
    return made;
  }

  /** Steps that no point can change any more become the base. */
  *#forget(): Generator<number, void> {
    for (let gone = this.#steps.takeOldest(); gone !== undefined; gone = this.#steps.takeOldest()) {
      const live = this.#steps.baseLive;
      yield* this.#nodes.forget(live, gone);
      const { bases, strides, settledSteps } = this.#series;
      for (let series = 0; series < this.#series.count; series++) {
        const stride = strides[series]!;
        if (stride === 0 || gone.step < settledSteps[series]!) continue;
        if (gone.seen.has(series)) {
          this.#detectors.lend(stride, bases, series).seen(Math.floor(live / stride));
        }
        if (gone.ended.has(series)) this.#detectors.lend(stride, bases, series).ended();
      }
      this.#series.changed.fill(1);
      yield this.#series.count;
    }
  }
}
