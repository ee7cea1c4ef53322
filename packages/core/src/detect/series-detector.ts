import { DETECTOR_OUT, DETECTOR_OUT_LENGTH, type SeriesDetector } from "../engine/engine.ts";
import { type Baseline, type OpenScorer, SCORER_OUT, type StreamScorer } from "../engine/scorer.ts";
import { Refusal } from "../model/refusal.ts";
import type { Checksum } from "../model/state-bytes.ts";
import type { StateMemory } from "../model/state-memory.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { scoreOfP } from "../score/rarity.ts";
import { TailCalibrator } from "../score/tail-calibrator.ts";
import { readDetectorState, writeDetectorState } from "./detector-state.ts";
import { FirstPoints } from "./first-points.ts";
import {
  INTERVAL_BEFORE_MS,
  needsRebuild,
  nominalIntervalMs,
  timeWithoutStepsMs,
} from "./interval.ts";
import { SeriesPast } from "./past/series-past.ts";
import { isOtherInterval, StepWatch } from "./step-watch.ts";

const { p: OUT_P, score: OUT_SCORE, habit: OUT_HABIT } = DETECTOR_OUT;
const OUT_LENGTH = DETECTOR_OUT_LENGTH;
const OUT_NONCONFORMITY = SCORER_OUT.nonconformity;

/** Opens detectors of one scorer. `memory`: for many of them that live long. */
export type OpenDetector = (intervalMs?: DurationMs, memory?: StateMemory) => SeriesDetector;

/**
 * Detectors of any number of series: a streaming scorer joined with a calibrator for each.
 * `intervalMs` left out: it is learnt from the first known points (median step). Until then the points are
 * kept and the models are rebuilt from them when the median moves, so that every answer depends on
 * the past alone. Later it follows the stamps: when 21 points in a row have come at another step, the models
 * begin again at that step with the level and the times of day that they know. Infinities are missing points,
 * like NaN; one that comes where no point was due is an empty cell, and nothing.
 *
 * The opener throws Refusal "time/invalid" for an interval that is not a positive, finite number.
 */
export function detectorsOf(scorer: StreamScorer): OpenDetector {
  const models = new SharedModels(scorer);
  return (intervalMs, memory) => {
    if (intervalMs !== undefined && !(intervalMs > 0 && Number.isFinite(intervalMs))) {
      throw new Refusal(
        "time/invalid",
        "a sampling interval is a positive number of milliseconds",
        { intervalMs },
      );
    }
    return new JoinedDetector(models, intervalMs, memory);
  };
}

/** A lone detector: see `detectorsOf`. */
export function openSeriesDetector(
  scorer: StreamScorer,
  intervalMs?: DurationMs,
  memory?: StateMemory,
): SeriesDetector {
  return detectorsOf(scorer)(intervalMs, memory);
}

/** What all detectors of one scorer share. */
class SharedModels {
  readonly scorer: StreamScorer;
  #provisional: OpenScorer | undefined;
  #fresh: Uint8Array = new Uint8Array();

  constructor(scorer: StreamScorer) {
    this.scorer = scorer;
  }

  /**
   * Models for the first point of a series, valid until they are asked for again: most intervals are
   * not the provisional one, so models of a series' own would be garbage at once.
   */
  provisional(): OpenScorer {
    if (this.#provisional === undefined) {
      this.#provisional = this.scorer.open(INTERVAL_BEFORE_MS);
      this.#fresh = this.#provisional.save();
    } else {
      this.#provisional.restore(this.#fresh);
    }
    return this.#provisional;
  }
}

class JoinedDetector implements SeriesDetector {
  readonly #models: SharedModels;
  #open: OpenScorer | undefined;
  readonly #calibrator: TailCalibrator;
  readonly #past: SeriesPast;
  readonly #memory: StateMemory | undefined;
  #restartCount = 0;
  #pointCount = 0;
  #intervalMs: DurationMs;
  /** Stamps are of no use: half of them or more repeat their neighbour. */
  #stepless = false;
  /** Kept while the interval is being learnt. */
  #first: FirstPoints | undefined;
  /** Whether the interval may become another one: it was not given. */
  readonly #follows: boolean;
  #watch = new StepWatch();

  constructor(
    models: SharedModels,
    intervalMs: DurationMs | undefined,
    memory: StateMemory | undefined,
  ) {
    this.#models = models;
    this.#memory = memory;
    this.#calibrator = new TailCalibrator(memory);
    this.#past = new SeriesPast(memory);
    this.#intervalMs = intervalMs ?? INTERVAL_BEFORE_MS;
    this.#follows = intervalMs === undefined;
    this.#first = this.#follows ? new FirstPoints() : undefined;
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

  get restartCount(): number {
    return this.#restartCount;
  }

  get tailP(): number {
    return this.#past.tailP;
  }

  get childP(): number {
    return this.#past.childP;
  }

  push(atMs: EpochMs, value: number, out: Float64Array): void {
    if (!Number.isFinite(value)) {
      this.#pass(atMs, out);
      return;
    }
    const first = this.#first !== undefined && this.#pointCount === 0;
    if (first) this.#open = this.#models.provisional();
    const learns = this.#first !== undefined;
    if (this.#first !== undefined) this.#learnInterval(this.#first, atMs, value, out);
    const follows = this.#follows && !learns && !this.#stepless;
    const standsForMs = this.#watch.note(atMs, value, this.#intervalMs, follows);
    if (follows) this.#followSteps(out);
    this.#judge(atMs, value, out);
    const counted = this.#stepless ? this.#intervalMs : Math.min(standsForMs, this.#intervalMs);
    out[OUT_SCORE] = scoreOfP(out[OUT_P]!, counted);
    if (first) this.#open = undefined;
  }

  save(checksum?: Checksum): Uint8Array {
    const { name, version } = this.#models.scorer;
    const first = this.#first?.columns();
    const state = {
      scorerName: name,
      scorerVersion: version,
      intervalMs: this.#intervalMs,
      stepless: this.#stepless,
      pointCount: this.#pointCount,
      first,
      watch: first === undefined ? this.#watch.numbers() : undefined,
      scorer: first === undefined ? this.#opened().save("outer") : undefined,
      calibrator: first === undefined ? this.#calibrator.save("outer") : undefined,
      past: first === undefined ? this.#past.bytes() : undefined,
    };
    return writeDetectorState(state, checksum);
  }

  /** Takes over everything, the interval too. A refused state leaves the detector as it was. */
  restore(bytes: Uint8Array, checksum?: Checksum): void {
    const state = readDetectorState(bytes, this.#models.scorer, checksum);
    if (state.first !== undefined) {
      this.#replayFrom(state.first);
      return;
    }
    const open = this.#models.scorer.open(state.intervalMs, this.#memory);
    open.restore(state.scorer, "outer");
    this.#calibrator.restore(state.calibrator, "outer");
    this.#past.restore(state.past);
    this.#open = open;
    this.#restartCount = open.restartCount ?? 0;
    this.#intervalMs = state.intervalMs;
    this.#stepless = state.stepless;
    this.#pointCount = state.pointCount;
    this.#watch = new StepWatch();
    this.#watch.restore(state.watch);
    this.#first = undefined;
  }

  /** A missing point: nothing is learnt, and what was raised fades where a point was due. */
  #pass(atMs: EpochMs, out: Float64Array): void {
    out.fill(Number.NaN, 0, OUT_LENGTH);
    const fades = this.#first === undefined;
    if (fades && (this.#stepless || this.#watch.isDue(atMs, this.#intervalMs))) {
      this.#opened().push(this.#timeOf(atMs), Number.NaN, out);
    }
    const missed = this.#calibrator.push(Number.NaN);
    out[OUT_P] = this.#past.push(atMs, Number.NaN, Number.NaN, missed, 1, this.#intervalMs);
    out[OUT_SCORE] = 0;
    out[OUT_HABIT] = this.#past.mark;
  }

  /** Begins again at another interval where the last 21 points say so. Answers to them go to `out`. */
  #followSteps(out: Float64Array): void {
    const points = this.#watch.takeChanged();
    if (points === undefined || points.stepMs === 0) return;
    const intervalMs = nominalIntervalMs(points.stepMs);
    if (!isOtherInterval(intervalMs, this.#intervalMs)) return;
    const open = this.#models.scorer.open(intervalMs);
    const { baseline } = this;
    if (baseline !== undefined) open.inherit?.(baseline);
    for (let i = 0; i + 1 < points.count; i++) open.push(points.atMs(i), points.value(i), out);
    this.#open = open;
    this.#intervalMs = intervalMs;
    this.#restartCount = open.restartCount ?? 0;
  }

  #timeOf(atMs: EpochMs): EpochMs {
    return this.#stepless ? timeWithoutStepsMs(this.#pointCount) : atMs;
  }

  #judge(atMs: EpochMs, value: number, out: Float64Array): void {
    const open = this.#opened();
    const slowBefore = this.#stepless ? Number.NaN : (open.baseline?.slowLevel ?? Number.NaN);
    open.push(this.#timeOf(atMs), value, out);
    this.#pointCount++;
    const tailed = this.#calibrator.push(out[OUT_NONCONFORMITY]!);
    const { tailP } = this.#calibrator;
    const past = this.#past;
    out[OUT_P] = past.push(atMs, value, value - slowBefore, tailed, tailP, this.#intervalMs);
    out[OUT_HABIT] = past.mark;
    const restartCount = open.restartCount ?? 0;
    if (restartCount !== this.#restartCount) {
      this.#restartCount = restartCount;
      this.#calibrator.reset();
    }
  }

  #opened(): OpenScorer {
    this.#open ??= this.#models.scorer.open(this.#intervalMs, this.#memory);
    return this.#open;
  }

  #forget(): void {
    this.#open = undefined;
    this.#calibrator.reset();
    this.#past.reset();
    this.#restartCount = 0;
    this.#pointCount = 0;
  }

  /** Answers to points that are replayed go to `out` too: that of the point in hand follows. */
  #learnInterval(first: FirstPoints, atMs: EpochMs, value: number, out: Float64Array): void {
    first.add(atMs, value);
    if (first.count >= 2) {
      const { stepMs } = first;
      const intervalMs = nominalIntervalMs(stepMs);
      const stepless = stepMs === 0;
      const other = needsRebuild(this.#intervalMs, intervalMs, first.isComplete);
      if (first.count === 2 || other || this.#stepless !== stepless) {
        this.#intervalMs = intervalMs;
        this.#stepless = stepless;
        this.#rebuild(first, out);
      }
    }
    if (first.isComplete) this.#first = undefined;
  }

  /** The models as if they had known the interval from the first point on. */
  #rebuild(first: FirstPoints, out: Float64Array): void {
    const before = this.#pointCount;
    this.#forget();
    for (let i = 0; i < before; i++) this.#judge(first.atMs(i), first.value(i), out);
  }

  /** While the interval is learnt, the first points are all the state there is. */
  #replayFrom(points: Float64Array): void {
    this.#forget();
    this.#intervalMs = INTERVAL_BEFORE_MS;
    this.#stepless = false;
    this.#first = new FirstPoints();
    this.#watch = new StepWatch();
    const out = new Float64Array(OUT_LENGTH);
    for (let i = 0; i < points.length; i += 2) this.push(points[i]!, points[i + 1]!, out);
  }
}
