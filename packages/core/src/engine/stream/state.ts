import { assertLittleEndian, unreadable } from "../../model/state-bytes.ts";
import { type StateMemory, stateRoom } from "../../model/state-memory.ts";
import type { StreamClock } from "./clock.ts";

/**
 * Where each number is in `StreamState.numbers`. The files of the hot path destructure these into
 * constants of their own: V8 folds those, but reads an imported one again at every use (twice the time
 * per point, measured on Node 26).
 */
export const STATE = {
  COUNT: 0,
  FAST: 1,
  MEDIUM: 2,
  SLOW: 3,
  MEDIUM_SCALE: 4,
  SLOW_SCALE: 5,
  DAILY_SCALE: 6,
  RLS_SCALE: 7,
  PREVIOUS_DAILY: 8,
  /** Three cleaned values before this point, newest first. */
  LAG: 9,
  SHIFT_COUNT: 12,
  SHIFT_MEAN: 13,
  SHIFT_SCALE: 14,
  /** 3 views x 3 horizons. */
  ENERGY: 15,
  /** Regression weights. */
  WEIGHT: 24,
  /** Lower triangle of the regression's covariance, row by row. */
  COVARIANCE: 32,
  /** Points that the slow level and its scale are worth beside those of `COUNT`: taken over. */
  HERITAGE: 68,
  /** How often the models restarted. */
  RESTARTS: 69,
  /** Recent share of points off the level, while the series is without spread. */
  MOVED_SHARE: 70,
  /** What values are divided by before they are judged; 0 until there was one other than 0. */
  UNIT: 71,
  /** Recent share of points that the daily view finds far off. */
  SURPRISED: 72,
  /** By how much fresh models, while they run beside these, foretell the points better. */
  ADVANTAGE: 73,
  /** How often fresh models took over. */
  TAKEN_OVER: 74,
  /** The first values, until there are `FIRST_POINTS`; later the numbers of fresh models, as those of `STATE`. */
  FIRST: 75,
} as const;
/** Numbers of models without a daily profile: what comes before `RESTARTS`. */
export const MODEL_NUMBERS = 69;
/** Points after which it is looked at what was learnt first. */
export const FIRST_POINTS = 60;
const NUMBERS = STATE.FIRST + MODEL_NUMBERS;

/** Inputs of the regression, and so its weights. */
const FEATURES = 8;

const RLS_INITIAL_COVARIANCE = 10;

/** One byte each, two where the sampling is faster than a minute. */
export type SeasonCounts = Uint8Array | Uint16Array;

/** What one set of models keeps. */
export type Models = Pick<StreamState, "numbers" | "profile" | "counts">;

/**
 * All that the models keep of one series, in one block of memory: 2.4 KB at five-minute sampling.
 * The daily profile and the time-of-day scales are kept in single precision, which costs up to
 * 8e-6 of the expected value; counts stop at the clock's `countMax`, where they no longer matter.
 */
export class StreamState {
  readonly numbers: Float64Array;
  /** `seasonBins` values of the profile, then `scaleBins` daily and `scaleBins` regression scales. */
  readonly profile: Float32Array;
  /** `seasonBins` counts of the profile, then `scaleBins` counts of the scales. */
  readonly counts: SeasonCounts;

  readonly #byteLength: number;

  constructor(clock: StreamClock, memory?: StateMemory) {
    const { seasonBins, scaleBins } = clock;
    const profileAt = NUMBERS * 8;
    const countsAt = profileAt + (seasonBins + 2 * scaleBins) * 4;
    const Counts = clock.countMax > 255 ? Uint16Array : Uint8Array;
    const counts = seasonBins + scaleBins;
    this.#byteLength = countsAt + counts * Counts.BYTES_PER_ELEMENT;
    const { buffer, at } = stateRoom(this.#byteLength, memory);
    this.numbers = new Float64Array(buffer, at, NUMBERS);
    this.profile = new Float32Array(buffer, at + profileAt, seasonBins + 2 * scaleBins);
    this.counts = new Counts(buffer, at + countsAt, counts);
    resetCovariance(this.numbers);
  }

  /** Forgets everything except that it did, and the unit. */
  restart(): void {
    const restarts = this.numbers[STATE.RESTARTS]! + 1;
    const unit = this.numbers[STATE.UNIT]!;
    const takenOver = this.numbers[STATE.TAKEN_OVER]!;
    this.#bytes().fill(0);
    resetCovariance(this.numbers);
    this.numbers[STATE.RESTARTS] = restarts;
    this.numbers[STATE.UNIT] = unit;
    this.numbers[STATE.TAKEN_OVER] = takenOver;
  }

  /** The fresh models beside these become the models; the daily profile begins again. */
  takeOver(): void {
    const { numbers } = this;
    const restarts = numbers[STATE.RESTARTS]! + 1;
    const unit = numbers[STATE.UNIT]!;
    const takenOver = numbers[STATE.TAKEN_OVER]! + 1;
    const fresh = numbers.slice(STATE.FIRST, STATE.FIRST + MODEL_NUMBERS);
    this.#bytes().fill(0);
    numbers.set(fresh);
    numbers[STATE.RESTARTS] = restarts;
    numbers[STATE.UNIT] = unit;
    numbers[STATE.TAKEN_OVER] = takenOver;
  }

  /** The state itself, for whoever copies it at once. */
  bytes(): Uint8Array {
    assertLittleEndian();
    return this.#bytes();
  }

  /** @throws Refusal "state/unreadable" when the length is not this clock's. */
  restore(bytes: Uint8Array): void {
    assertLittleEndian();
    const own = this.#bytes();
    if (bytes.length !== own.length) {
      throw unreadable("it belongs to another sampling interval", {
        bytes: bytes.length,
        wanted: own.length,
      });
    }
    own.set(bytes);
  }

  /** Made on demand: a view costs 100 bytes. */
  #bytes(): Uint8Array {
    return new Uint8Array(this.numbers.buffer, this.numbers.byteOffset, this.#byteLength);
  }
}

/** The covariance before anything was learnt. */
export function resetCovariance(numbers: Float64Array, from = 0): void {
  let at = from + STATE.COVARIANCE;
  for (let row = 0; row < FEATURES; row++) {
    for (let column = 0; column < row; column++) numbers[at++] = 0;
    numbers[at++] = RLS_INITIAL_COVARIANCE;
  }
}
