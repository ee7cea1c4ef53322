import type { HabitMark } from "../model/habit-mark.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import { openState, sealState, unreadable } from "../model/state-bytes.ts";
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS } from "../model/time.ts";

/**
 * Columns of the row that a tracker gets per point: those of the engine's DETECTOR_OUT, followed by
 * `absence`: 1 where an absence detector gave the point its p and score, else 0.
 * The row may end before `absence`.
 */
export const EPISODE_ROW = {
  nonconformity: 0,
  level: 2,
  scale: 3,
  sudden: 4,
  hour: 5,
  recent: 6,
  shift: 7,
  p: 8,
  score: 9,
  /** A HabitMark; 0 = nothing. */
  habit: 10,
  absence: 11,
} as const;
export const EPISODE_ROW_LENGTH = 12;

/** What a pushed point did to the episode. */
export type EpisodeChange = "none" | "opened" | "extended" | "closed";

/** Evidence by view, in units of nonconformity. */
export interface EpisodeParts {
  readonly sudden: number;
  readonly hour: number;
  readonly recent: number;
  readonly shift: number;
}

/** One point and what was expected of it. */
export interface EpisodePoint {
  readonly atMs: EpochMs;
  readonly value: number;
  readonly level: number;
  readonly scale: number;
}

/** A run of points with score >= 0.5 of one series. Numbers that were not known are NaN. */
export interface Episode {
  readonly open: boolean;
  /** Walked back from the first alarm while nonconformity stayed raised; <= firstMs. */
  readonly onsetMs: EpochMs;
  /** First and last point with score >= 0.5. */
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  /** Points with score >= 0.5. */
  readonly alarmCount: number;
  readonly peakMs: EpochMs;
  readonly peakScore: number;
  readonly peakP: number;
  readonly peakNonconformity: number;
  readonly peakValue: number;
  readonly peakLevel: number;
  readonly peakScale: number;
  /** The alarm point whose value was farthest from its level, in scales; NaN if none was known. */
  readonly farthest: EpisodePoint;
  /** Sums over the points with score >= 0.5. */
  readonly sumParts: EpisodeParts;
  /** How many of the alarm points an absence detector decided. */
  readonly absenceCount: number;
  /** What a habit says of the highest point: a HabitMark; 0 or left out = nothing. */
  readonly peakHabit?: HabitMark;
}

/** Source: reference event rule. */
const QUIET_POINTS_MAX = 10;
/** At coarse steps ten points are days that have nothing to do with each other: there it is this long. */
const COARSE_MS = DAY_MS / 20;
const COARSE_QUIET_MS = 8 * HOUR_MS;
/** Nonconformity of an ordinary point; the walk back to the onset stops there. Source: classifier.py. */
export const RAISED_NONCONFORMITY = 1.6;
/** The onset is at most this many points before the first alarm. Source: classifier.py. */
export const ONSET_POINTS_MAX = 400;

/** Alarm runs are merged over this many quiet points; the next one closes. */
export function quietPointsMax(intervalMs: DurationMs): number {
  if (intervalMs <= COARSE_MS) return QUIET_POINTS_MAX;
  return Math.max(1, Math.floor(COARSE_QUIET_MS / intervalMs));
}

const S = {
  open: 0,
  raisedSince: 1,
  onset: 2,
  first: 3,
  last: 4,
  alarms: 5,
  quiet: 6,
  peakAt: 7,
  peakScore: 8,
  peakP: 9,
  peakNonconformity: 10,
  peakValue: 11,
  peakLevel: 12,
  peakScale: 13,
  farthest: 14,
  sumParts: 18,
  absence: 22,
  peakHabit: 23,
} as const;
/** Numbers of state: 24 x 8 = 192 bytes. */
export const EPISODE_STATE_LENGTH = 24;
const FORMAT = 0x45;
const VERSION = 3;

/**
 * Folds the scored points of one series into episodes: opens at the first point with score >= 0.5,
 * closes after `quietPointsMax` quiet points in a row (a missing point has score 0 and is quiet).
 * Deterministic; O(1) time per point; 192 bytes of state, which may be part of the caller's slab.
 */
export class EpisodeTracker {
  readonly #state: Float64Array;
  readonly #walkMs: DurationMs;
  readonly #quietMax: number;

  /**
   * @param intervalMs nominal sampling interval; bounds the walk back to the onset.
   * @param state EPISODE_STATE_LENGTH numbers; given ones are taken as they are (a new slab: call
   *   `reset`). Left out: new ones.
   */
  constructor(intervalMs: DurationMs, state?: Float64Array) {
    this.#walkMs = ONSET_POINTS_MAX * intervalMs;
    this.#quietMax = quietPointsMax(intervalMs);
    this.#state = state ?? new Float64Array(EPISODE_STATE_LENGTH);
    if (state === undefined) this.reset();
  }

  /** Forgets everything. */
  reset(): void {
    this.#state.fill(0);
    this.#state[S.raisedSince] = Number.NaN;
    this.#state[S.first] = Number.NaN;
  }

  get isOpen(): boolean {
    return this.#state[S.open] === 1;
  }

  /** Points since the last one that was part of the open episode, or when it closed; 0 before the first. */
  get quietPoints(): number {
    return this.#state[S.quiet]!;
  }

  /** One point, in time order. `row` as EPISODE_ROW; NaN nonconformity leaves the walk as it is. */
  push(atMs: EpochMs, value: number, row: Float64Array): EpisodeChange {
    const state = this.#state;
    const raisedSince = state[S.raisedSince]!;
    const nonconformity = row[EPISODE_ROW.nonconformity]!;
    if (nonconformity > RAISED_NONCONFORMITY) {
      if (Number.isNaN(raisedSince)) state[S.raisedSince] = atMs;
    } else if (nonconformity <= RAISED_NONCONFORMITY) {
      state[S.raisedSince] = Number.NaN;
    }
    if (row[EPISODE_ROW.score]! >= ANOMALOUS_SCORE) {
      const opens = state[S.open] === 0;
      if (opens) this.#start(atMs, raisedSince);
      this.#learn(atMs, value, row);
      return opens ? "opened" : "extended";
    }
    if (state[S.open] === 0) return "none";
    state[S.quiet]!++;
    if (state[S.quiet]! <= this.#quietMax) return "none";
    state[S.open] = 0;
    return "closed";
  }

  /** The open episode, or the last one after it closed; undefined before the first. */
  episode(): Episode | undefined {
    const s = this.#state;
    if (Number.isNaN(s[S.first]!)) return undefined;
    return {
      open: s[S.open] === 1,
      onsetMs: s[S.onset]!,
      firstMs: s[S.first]!,
      lastMs: s[S.last]!,
      alarmCount: s[S.alarms]!,
      peakMs: s[S.peakAt]!,
      peakScore: s[S.peakScore]!,
      peakP: s[S.peakP]!,
      peakNonconformity: s[S.peakNonconformity]!,
      peakValue: s[S.peakValue]!,
      peakLevel: s[S.peakLevel]!,
      peakScale: s[S.peakScale]!,
      farthest: {
        atMs: s[S.farthest]!,
        value: s[S.farthest + 1]!,
        level: s[S.farthest + 2]!,
        scale: s[S.farthest + 3]!,
      },
      sumParts: partsAt(s, S.sumParts),
      absenceCount: s[S.absence]!,
      peakHabit: s[S.peakHabit]!,
    };
  }

  /** The state as sealed bytes (202). */
  save(): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.#state;
    return sealState(FORMAT, VERSION, new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** @throws Refusal "state/unreadable" for other or damaged bytes; the state stays as it was. */
  restore(bytes: Uint8Array): void {
    const payload = openState(FORMAT, VERSION, bytes);
    if (payload.length !== 8 * EPISODE_STATE_LENGTH) {
      throw unreadable("the length does not fit", { bytes: bytes.length });
    }
    this.#state.set(new Float64Array(payload.buffer));
  }

  #start(atMs: EpochMs, raisedSince: EpochMs): void {
    const state = this.#state;
    state.fill(0, S.onset);
    state[S.open] = 1;
    state[S.onset] = Number.isNaN(raisedSince) ? atMs : Math.max(raisedSince, atMs - this.#walkMs);
    state[S.first] = atMs;
    state[S.peakScore] = -1;
    state.fill(Number.NaN, S.farthest, S.sumParts);
  }

  #learn(atMs: EpochMs, value: number, row: Float64Array): void {
    const state = this.#state;
    state[S.last] = atMs;
    state[S.alarms]!++;
    state[S.quiet] = 0;
    for (let k = 0; k < 4; k++) {
      const part = row[EPISODE_ROW.sudden + k]!;
      if (!Number.isNaN(part)) state[S.sumParts + k]! += part;
    }
    if (row[EPISODE_ROW.absence] === 1) state[S.absence]!++;
    this.#setFarthest(atMs, value, row);
    if (row[EPISODE_ROW.score]! > state[S.peakScore]!) this.#setPeak(atMs, value, row);
  }

  #setPeak(atMs: EpochMs, value: number, row: Float64Array): void {
    const state = this.#state;
    state[S.peakAt] = atMs;
    state[S.peakScore] = row[EPISODE_ROW.score]!;
    state[S.peakP] = row[EPISODE_ROW.p]!;
    state[S.peakNonconformity] = row[EPISODE_ROW.nonconformity]!;
    state[S.peakValue] = value;
    state[S.peakLevel] = row[EPISODE_ROW.level]!;
    state[S.peakScale] = row[EPISODE_ROW.scale]!;
    state[S.peakHabit] = row[EPISODE_ROW.habit] ?? 0;
  }

  #setFarthest(atMs: EpochMs, value: number, row: Float64Array): void {
    const state = this.#state;
    const level = row[EPISODE_ROW.level]!;
    const scale = row[EPISODE_ROW.scale]!;
    const far = Math.abs(value - level) * state[S.farthest + 3]!;
    const farthest = Math.abs(state[S.farthest + 1]! - state[S.farthest + 2]!) * scale;
    if (Number.isNaN(value - level) || far <= farthest) return;
    state[S.farthest] = atMs;
    state[S.farthest + 1] = value;
    state[S.farthest + 2] = level;
    state[S.farthest + 3] = scale;
  }
}

function partsAt(state: Float64Array, at: number): EpisodeParts {
  return {
    sudden: state[at]!,
    hour: state[at + 1]!,
    recent: state[at + 2]!,
    shift: state[at + 3]!,
  };
}
