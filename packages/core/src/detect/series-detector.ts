import { DETECTOR_OUT, DETECTOR_OUT_LENGTH, type SeriesDetector } from "../engine/engine.ts";
import { type Baseline, type OpenScorer, SCORER_OUT, type StreamScorer } from "../engine/scorer.ts";
import { Refusal } from "../model/refusal.ts";
import type { StateMemory } from "../model/state-memory.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { scoreOfP } from "../score/rarity.ts";
import { TailCalibrator } from "../score/tail-calibrator.ts";
import { readDetectorState, writeDetectorState } from "./detector-state.ts";
import {
  INTERVAL_BEFORE_MS,
  INTERVAL_POINTS,
  medianStepMs,
  needsRebuild,
  nominalIntervalMs,
  timeWithoutStepsMs,
} from "./interval.ts";

const { p: OUT_P, score: OUT_SCORE } = DETECTOR_OUT;
const OUT_NONCONFORMITY = SCORER_OUT.nonconformity;

/** Answers to replayed points, which nobody asked for again. */
const unheard = new Float64Array(DETECTOR_OUT_LENGTH);

/**
 * A detector of one series: any streaming scorer joined with its calibrator. `intervalMs` left out:
 * it is learnt from the first points (median step). Until then the points are kept and the models
 * are rebuilt from them when the median moves, so that every answer depends on the past alone.
 * Infinities are missing points, like NaN.
 *
 * @throws Refusal "time/invalid" for an interval that is not a positive, finite number.
 */
export function openSeriesDetector(
  scorer: StreamScorer,
  intervalMs?: DurationMs,
  memory?: StateMemory,
): SeriesDetector {
  if (intervalMs !== undefined && !(intervalMs > 0 && Number.isFinite(intervalMs))) {
    throw new Refusal("time/invalid", "a sampling interval is a positive number of milliseconds", {
      intervalMs,
    });
  }
  return new JoinedDetector(scorer, intervalMs, memory);
}

/**
 * For the first points of all series: most intervals are not the provisional one, so these models are
 * not worth keeping, and a fresh one for each series would be garbage at once.
 */
const provisional = new WeakMap<StreamScorer, { readonly open: OpenScorer; fresh: Uint8Array }>();

function provisionalScorer(scorer: StreamScorer): OpenScorer {
  const known = provisional.get(scorer);
  if (known !== undefined) {
    known.open.restore(known.fresh);
    return known.open;
  }
  const open = scorer.open(INTERVAL_BEFORE_MS);
  provisional.set(scorer, { open, fresh: open.save() });
  return open;
}

class JoinedDetector implements SeriesDetector {
  readonly #scorer: StreamScorer;
  #open: OpenScorer | undefined;
  readonly #calibrator: TailCalibrator;
  readonly #memory: StateMemory | undefined;
  #restartCount = 0;
  #pointCount = 0;
  #intervalMs: DurationMs;
  /** Stamps are of no use: half of them or more repeat their neighbour. */
  #stepless = false;
  /** Stamps and values of the first points by turns, while the interval is being learnt. */
  #first: Float64Array | undefined;

  constructor(
    scorer: StreamScorer,
    intervalMs: DurationMs | undefined,
    memory: StateMemory | undefined,
  ) {
    this.#scorer = scorer;
    this.#memory = memory;
    this.#calibrator = new TailCalibrator(memory);
    this.#intervalMs = intervalMs ?? INTERVAL_BEFORE_MS;
    this.#first = intervalMs === undefined ? new Float64Array(2 * INTERVAL_POINTS) : undefined;
  }

  get pointCount(): number {
    return this.#pointCount;
  }

  get intervalMs(): DurationMs {
    return this.#first !== undefined && this.#pointCount < 2 ? 0 : this.#intervalMs;
  }

  get baseline(): Baseline | undefined {
    return this.#open?.baseline;
  }

  get tailP(): number {
    return this.#calibrator.tailP;
  }

  push(atMs: EpochMs, value: number, out: Float64Array): void {
    const first = this.#first !== undefined && this.#pointCount === 0;
    if (first) this.#open = provisionalScorer(this.#scorer);
    if (this.#first !== undefined) this.#learnInterval(this.#first, atMs, value);
    this.#judge(atMs, value, out);
    if (first) this.#open = undefined;
  }

  save(): Uint8Array {
    const { name, version } = this.#scorer;
    const first = this.#first?.slice(0, 2 * this.#pointCount);
    return writeDetectorState({
      scorerName: name,
      scorerVersion: version,
      intervalMs: this.#intervalMs,
      stepless: this.#stepless,
      pointCount: this.#pointCount,
      first,
      scorer: first === undefined ? this.#opened().save() : undefined,
      calibrator: first === undefined ? this.#calibrator.save() : undefined,
    });
  }

  /** Takes over everything, the interval too. A refused state leaves the detector as it was. */
  restore(bytes: Uint8Array): void {
    const state = readDetectorState(bytes, this.#scorer);
    if (state.first !== undefined) {
      this.#replayFrom(state.first);
      return;
    }
    const open = this.#scorer.open(state.intervalMs, this.#memory);
    open.restore(state.scorer);
    this.#calibrator.restore(state.calibrator);
    this.#open = open;
    this.#restartCount = open.restartCount ?? 0;
    this.#intervalMs = state.intervalMs;
    this.#stepless = state.stepless;
    this.#pointCount = state.pointCount;
    this.#first = undefined;
  }

  #judge(atMs: EpochMs, value: number, out: Float64Array): void {
    const open = this.#opened();
    open.push(this.#stepless ? timeWithoutStepsMs(this.#pointCount) : atMs, value, out);
    this.#pointCount++;
    const p = this.#calibrator.push(out[OUT_NONCONFORMITY]!);
    out[OUT_P] = p;
    out[OUT_SCORE] = Number.isFinite(value) ? scoreOfP(p, this.#intervalMs) : 0;
    const restartCount = open.restartCount ?? 0;
    if (restartCount !== this.#restartCount) {
      this.#restartCount = restartCount;
      this.#calibrator.reset();
    }
  }

  #opened(): OpenScorer {
    this.#open ??= this.#scorer.open(this.#intervalMs, this.#memory);
    return this.#open;
  }

  #forget(): void {
    this.#open = undefined;
    this.#calibrator.reset();
    this.#restartCount = 0;
    this.#pointCount = 0;
  }

  #learnInterval(first: Float64Array, atMs: EpochMs, value: number): void {
    const seen = this.#pointCount + 1;
    first[2 * seen - 2] = atMs;
    first[2 * seen - 1] = value;
    const final = seen === INTERVAL_POINTS;
    if (seen >= 2) {
      const medianMs = medianStepMs(first, seen);
      const intervalMs = nominalIntervalMs(medianMs);
      const stepless = medianMs === 0;
      const other = needsRebuild(this.#intervalMs, intervalMs, final);
      if (seen === 2 || other || this.#stepless !== stepless) {
        this.#rebuild(first, intervalMs, stepless);
      }
    }
    if (final) this.#first = undefined;
  }

  /** The models as if they had known the interval from the first point on. */
  #rebuild(first: Float64Array, intervalMs: DurationMs, stepless: boolean): void {
    const before = this.#pointCount;
    this.#intervalMs = intervalMs;
    this.#stepless = stepless;
    this.#forget();
    for (let i = 0; i < before; i++) this.#judge(first[2 * i]!, first[2 * i + 1]!, unheard);
  }

  /** While the interval is learnt, the first points are all the state there is. */
  #replayFrom(points: Float64Array): void {
    this.#forget();
    this.#intervalMs = INTERVAL_BEFORE_MS;
    this.#stepless = false;
    this.#first = new Float64Array(2 * INTERVAL_POINTS);
    for (let i = 0; i < points.length; i += 2) this.push(points[i]!, points[i + 1]!, unheard);
  }
}
