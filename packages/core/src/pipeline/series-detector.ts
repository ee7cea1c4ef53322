import { DETECTOR_OUT, DETECTOR_OUT_LENGTH, type SeriesDetector } from "../engine/engine.ts";
import { type OpenScorer, SCORER_OUT, type StreamScorer } from "../engine/scorer.ts";
import { Refusal } from "../model/refusal.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { scoreOfP } from "../score/rarity.ts";
import { TailCalibrator } from "../score/tail-calibrator.ts";
import { type DetectorState, readDetectorState, writeDetectorState } from "./detector-state.ts";
import {
  INTERVAL_BEFORE_MS,
  INTERVAL_POINTS,
  INTERVAL_WITHOUT_STEPS_MS,
  medianStepMs,
  needsRebuild,
  timeWithoutStepsMs,
} from "./interval.ts";

const { p: OUT_P, score: OUT_SCORE } = DETECTOR_OUT;
const OUT_NONCONFORMITY = SCORER_OUT.nonconformity;

/**
 * A detector of one series: any streaming scorer joined with its calibrator. `intervalMs` left out:
 * it is learnt from the first points (median step). Until then the points are kept and the models
 * are rebuilt from them when the median moves, so that every answer depends on the past alone.
 * Infinities are missing points, like NaN.
 *
 * @throws Refusal "time/invalid" for an interval that is not a positive, finite number.
 */
export function openSeriesDetector(scorer: StreamScorer, intervalMs?: DurationMs): SeriesDetector {
  if (intervalMs !== undefined && !(intervalMs > 0 && Number.isFinite(intervalMs))) {
    throw new Refusal("time/invalid", "a sampling interval is a positive number of milliseconds", {
      intervalMs,
    });
  }
  return new JoinedDetector(scorer, intervalMs);
}

class JoinedDetector implements SeriesDetector {
  readonly #scorer: StreamScorer;
  #open: OpenScorer;
  #calibrator = new TailCalibrator();
  #restartCount = 0;
  #pointCount = 0;
  /** Median step that the models were built on; 0 = stamps without steps. */
  #stepMs: DurationMs;
  /** The same as the models and the score take it, > 0. */
  #nominalMs: DurationMs;
  /** Stamps and values of the first points by turns, while the interval is being learnt. */
  #first: Float64Array | undefined;

  constructor(scorer: StreamScorer, intervalMs: DurationMs | undefined) {
    this.#scorer = scorer;
    this.#stepMs = intervalMs ?? INTERVAL_BEFORE_MS;
    this.#nominalMs = this.#stepMs;
    this.#first = intervalMs === undefined ? new Float64Array(2 * INTERVAL_POINTS) : undefined;
    this.#open = scorer.open(this.#nominalMs);
  }

  get pointCount(): number {
    return this.#pointCount;
  }

  get intervalMs(): DurationMs {
    return this.#first !== undefined && this.#pointCount < 2 ? 0 : this.#nominalMs;
  }

  push(atMs: EpochMs, value: number, out: Float64Array): void {
    if (this.#first !== undefined) this.#learnInterval(this.#first, atMs, value);
    this.#judge(atMs, value, out);
  }

  save(): Uint8Array {
    return writeDetectorState({
      scorerName: this.#scorer.name,
      scorerVersion: this.#scorer.version,
      stepMs: this.#stepMs,
      pointCount: this.#pointCount,
      first: this.#first?.slice(0, 2 * this.#pointCount),
      scorer: this.#open.save(),
      calibrator: this.#calibrator.save(),
    });
  }

  /** Takes over everything, the interval too. A refused state leaves the detector as it was. */
  restore(bytes: Uint8Array): void {
    const state = readDetectorState(bytes, this.#scorer);
    const nominalMs = nominalOf(state.stepMs);
    const open = this.#scorer.open(nominalMs);
    open.restore(state.scorer);
    const calibrator = new TailCalibrator();
    calibrator.restore(state.calibrator);
    this.#open = open;
    this.#calibrator = calibrator;
    this.#restartCount = open.restartCount ?? 0;
    this.#stepMs = state.stepMs;
    this.#nominalMs = nominalMs;
    this.#pointCount = state.pointCount;
    this.#first = learningAgain(state);
  }

  #judge(atMs: EpochMs, value: number, out: Float64Array): void {
    const at = this.#stepMs > 0 ? atMs : timeWithoutStepsMs(this.#pointCount);
    this.#pointCount++;
    this.#open.push(at, value, out);
    const p = this.#calibrator.push(out[OUT_NONCONFORMITY]!);
    out[OUT_P] = p;
    out[OUT_SCORE] = Number.isFinite(value) ? scoreOfP(p, this.#nominalMs) : 0;
    const restartCount = this.#open.restartCount ?? 0;
    if (restartCount !== this.#restartCount) {
      this.#restartCount = restartCount;
      this.#calibrator = new TailCalibrator();
    }
  }

  #learnInterval(first: Float64Array, atMs: EpochMs, value: number): void {
    const seen = this.#pointCount + 1;
    first[2 * seen - 2] = atMs;
    first[2 * seen - 1] = value;
    const final = seen === INTERVAL_POINTS;
    if (seen >= 2) {
      const medianMs = medianStepMs(first, seen);
      if (needsRebuild(this.#stepMs, medianMs, final)) this.#rebuild(first, medianMs);
    }
    if (final) this.#first = undefined;
  }

  /** The models as if they had known the interval from the first point on. */
  #rebuild(first: Float64Array, stepMs: DurationMs): void {
    const before = this.#pointCount;
    this.#stepMs = stepMs;
    this.#nominalMs = nominalOf(stepMs);
    this.#open = this.#scorer.open(this.#nominalMs);
    this.#calibrator = new TailCalibrator();
    this.#restartCount = 0;
    this.#pointCount = 0;
    const unheard = new Float64Array(DETECTOR_OUT_LENGTH);
    for (let i = 0; i < before; i++) this.#judge(first[2 * i]!, first[2 * i + 1]!, unheard);
  }
}

function nominalOf(stepMs: DurationMs): DurationMs {
  return stepMs > 0 ? stepMs : INTERVAL_WITHOUT_STEPS_MS;
}

function learningAgain({ first }: DetectorState): Float64Array | undefined {
  if (first === undefined) return undefined;
  const points = new Float64Array(2 * INTERVAL_POINTS);
  points.set(first);
  return points;
}
