import { openState, sealState, unreadable } from "../../model/state-bytes.ts";
import { DAY_MS, type DurationMs, type EpochMs, MINUTE_MS } from "../../model/time.ts";
import { RESOLUTION } from "../../stats/resolution.ts";
import { LONGEST_RECENT_LENGTH, longestRecent, noteLength } from "./longest-recent.ts";
import { runRarity } from "./run-rarity.ts";

/** Two values closer than this share of the usual change count as equal: a stuck value may tremble. */
const TREMBLE_SHARE = 1e-6;
/** The usual size of a change is averaged over this many of them. */
const CHANGE_TAU = 1000;
/** Guard: twice the longest run of the last days and 5 more. Source: classifier.py, is_flat. */
const GUARD_FACTOR = 2;
const GUARD_MORE = 5;
/** Guard: at least a quarter of an hour (15 points at one minute, classifier.py) and 6 points. */
const GUARD_MS = 15 * MINUTE_MS;
const GUARD_POINTS_MIN = 6;
const GUARD_POINTS_MAX = 90;
/** No opinion before this many values and this many changes: the series may be constant. */
const POINTS_MIN = 60;
const CHANGES_MIN = 30;
/** Prior of the share of equal steps: half of 60 steps, so that little history claims little. */
const PRIOR_STEPS = 60;
const PRIOR_SHARE = 0.5;
/** The share of equal steps forgets with this half-life, as the score's tail does. */
const KEEP = 0.5 ** (1 / 20_000);
/** The length of the longest run of all fades with this half-life. */
const HOME_HALF_LIFE_MS = 30 * DAY_MS;
/** A series watched for d days claims at most "once in 10 d days". Source: spec of the roll-up. */
const CLAIM_AGES_MAX = 10;
/** After this long the value is accepted as the new normal. Source: alarms.py, HOLD_MAX_DAYS. */
const ACCEPT_MS = 3 * DAY_MS;

const S = {
  count: 0,
  /** Usual size of a change from one run to the next. */
  change: 1,
  anchor: 2,
  run: 3,
  since: 4,
  equal: 5,
  steps: 6,
  home: 7,
  homeRun: 8,
  homeAt: 9,
  fired: 10,
  longest: 11,
} as const;
/** Numbers of state: 14 x 8 = 112 bytes. */
export const FLATLINE_STATE_LENGTH = S.longest + LONGEST_RECENT_LENGTH;
const FORMAT = 0x46;
const VERSION = 2;

/**
 * Watches one series for a value that is stuck: an equal-value run far beyond what the series does
 * by itself (longer than a quarter of an hour, 6 points, and twice the longest run of the last
 * days + 5).
 *
 * Good at: sensors and agents that repeat their last value. Quiet on: constants, counters that
 * rest at 0, staircases, and returns to a value on which the series has rested for long before
 * (its home). A value that stays for 3 days is accepted. Cost: O(1) time, 112 bytes.
 */
export class FlatlineDetector {
  readonly #state: Float64Array;
  readonly #guardMin: number;

  /**
   * @param intervalMs nominal sampling interval
   * @param state FLATLINE_STATE_LENGTH numbers of a slab, taken as they are (zeros = new);
   *   left out: new ones
   */
  constructor(intervalMs: DurationMs, state?: Float64Array) {
    this.#guardMin = guardPointsMin(intervalMs);
    this.#state = state ?? new Float64Array(FLATLINE_STATE_LENGTH);
  }

  /** Equal values in a row after the first one, the last point included. */
  get runPoints(): number {
    return this.#state[S.run]!;
  }

  /** Since when the present value has not changed; NaN before the first point. */
  get stuckSinceMs(): EpochMs {
    return this.#state[S.count] === 0 ? Number.NaN : this.#state[S.since]!;
  }

  /** The value that does not change; NaN before the first point. */
  get stuckValue(): number {
    return this.#state[S.count] === 0 ? Number.NaN : this.#state[S.anchor]!;
  }

  /**
   * One point, in time order; NaN = missing, which neither breaks a run nor makes it longer.
   *
   * @returns p = probability of such a run while healthy, never below 1e-12 nor
   *   1 / (10 values seen), or NaN = no opinion:
   *   the guard has not fired, fewer than 60 values so far, or the value is accepted by now.
   */
  push(atMs: EpochMs, value: number): number {
    if (Number.isNaN(value)) return Number.NaN;
    const s = this.#state;
    s[S.count]!++;
    if (s[S.count] === 1) {
      this.#startRun(atMs, value);
      return Number.NaN;
    }
    const equal = this.#isEqual(value, s[S.anchor]!);
    if (!equal) {
      const size = Math.abs(value - s[S.anchor]!);
      s[S.change]! += (size - s[S.change]!) / Math.min(CHANGE_TAU, s[S.count]! - 1);
      this.#endRun(atMs);
      this.#learnStep(0);
      this.#startRun(atMs, value);
      return Number.NaN;
    }
    s[S.run]!++;
    return this.#judge(atMs);
  }

  /** The state as sealed bytes (122). */
  save(): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.#state;
    return sealState(FORMAT, VERSION, new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** @throws Refusal "state/unreadable" for other or damaged bytes; the state stays as it was. */
  restore(bytes: Uint8Array): void {
    const payload = openState(FORMAT, VERSION, bytes);
    if (payload.length !== 8 * FLATLINE_STATE_LENGTH) {
      throw unreadable("the length does not fit", { bytes: bytes.length });
    }
    this.#state.set(new Float64Array(payload.buffer));
  }

  #judge(atMs: EpochMs): number {
    const s = this.#state;
    const longest = Math.max(longestRecent(s, S.longest, atMs), this.#homeLength(atMs));
    const guard = Math.max(this.#guardMin, GUARD_FACTOR * longest + GUARD_MORE);
    if (s[S.fired] === 0 && s[S.run]! < guard) {
      this.#learnStep(1);
      return Number.NaN;
    }
    s[S.fired] = 1;
    const changes = s[S.steps]! - s[S.equal]!;
    if (s[S.count]! < POINTS_MIN || changes < CHANGES_MIN) return Number.NaN;
    if (atMs - s[S.since]! > ACCEPT_MS) return Number.NaN;
    const share = (s[S.equal]! + PRIOR_SHARE * PRIOR_STEPS) / (s[S.steps]! + PRIOR_STEPS);
    const p = runRarity(s[S.run]!, share, longest, changes);
    return Math.max(p, 1 / (CLAIM_AGES_MAX * s[S.count]!));
  }

  /** Steps of a run beyond its guard teach nothing: a fault is not the series' own habit. */
  #learnStep(equal: 0 | 1): void {
    const s = this.#state;
    s[S.equal] = s[S.equal]! * KEEP + equal;
    s[S.steps] = s[S.steps]! * KEEP + 1;
  }

  #startRun(atMs: EpochMs, value: number): void {
    const s = this.#state;
    s[S.anchor] = value;
    s[S.run] = 0;
    s[S.since] = atMs;
    s[S.fired] = 0;
  }

  #endRun(atMs: EpochMs): void {
    const s = this.#state;
    const run = s[S.run]!;
    if (run === 0) return;
    noteLength(s, S.longest, run, atMs);
    if (run > this.#fadedHomeRun(atMs)) {
      s[S.home] = s[S.anchor]!;
      s[S.homeRun] = run;
      s[S.homeAt] = atMs;
    }
  }

  /** How long the series has rested on the present value before, where that is its home; else 0. */
  #homeLength(atMs: EpochMs): number {
    const s = this.#state;
    const atHome = s[S.homeRun]! > 0 && this.#isEqual(s[S.anchor]!, s[S.home]!);
    return atHome ? this.#fadedHomeRun(atMs) : 0;
  }

  #fadedHomeRun(atMs: EpochMs): number {
    const s = this.#state;
    return s[S.homeRun]! * 0.5 ** ((atMs - s[S.homeAt]!) / HOME_HALF_LIFE_MS);
  }

  #isEqual(a: number, b: number): boolean {
    const tolerance = TREMBLE_SHARE * this.#state[S.change]! + RESOLUTION * Math.abs(b);
    return Math.abs(a - b) <= tolerance;
  }
}

/**
 * The shortest run that may alarm at this sampling: 15 minutes, but at least 6 points (5 minutes
 * and slower) and at most 90 (10 seconds and faster).
 */
export function guardPointsMin(intervalMs: DurationMs): number {
  return Math.min(GUARD_POINTS_MAX, Math.max(GUARD_POINTS_MIN, Math.round(GUARD_MS / intervalMs)));
}
