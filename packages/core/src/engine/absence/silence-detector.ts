import { openState, sealState, unreadable } from "../../model/state-bytes.ts";
import { DAY_MS, type DurationMs } from "../../model/time.ts";
import { LONGEST_RECENT_LENGTH, longestRecent, noteLength } from "./longest-recent.ts";
import { runRarity } from "./run-rarity.ts";

/** Guard: a gap of more than 5 steps and 3 times the longest recent gap. Source: spec section 5. */
const GUARD_STEPS_MIN = 5;
const GUARD_FACTOR = 3;
/** A weekly habit differs from two outages by its length: half as long again is news. */
const HABIT_GUARD_FACTOR = 1.5;
/** No opinion before this many steps with a point. */
const SEEN_MIN = 30;
/** Prior of the share of missing steps: 1 of 20. */
const PRIOR_STEPS = 20;
const PRIOR_MISSED = 1;
/** The share of missing steps forgets with this half-life in steps, as the score's tail does. */
const KEEP = 0.5 ** (1 / 20_000);
/** A series watched for a days claims at most "once in 10 a days". Source: spec of the roll-up. */
const CLAIM_AGES_MAX = 10;
/** After so long the silence is accepted: the series has gone. Source: alarms.py, HOLD_MAX_DAYS. */
const ACCEPT_MS = 3 * DAY_MS;

/** The two longest gaps fade with this half-life: what comes every week is a habit, once is none. */
const HABIT_HALF_LIFE_MS = 30 * DAY_MS;

const S = {
  seen: 0,
  last: 1,
  missed: 2,
  steps: 3,
  gaps: 4,
  ended: 5,
  habitFirst: 6,
  habitSecond: 7,
  habitStep: 8,
  longest: 9,
  first: 9 + LONGEST_RECENT_LENGTH,
} as const;
/** Values of the `ended` number. */
const LIVE = 0;
const ENDED = 1;
/** Numbers of state: 13 x 8 = 104 bytes. */
export const SILENCE_STATE_LENGTH = S.first + 1;
const FORMAT = 0x53;
const VERSION = 3;

/**
 * Watches one series for silence, on a grid of whole steps of its sampling interval (step =
 * floor(time / interval)). Gaps are learnt when they end; an alarming gap counts only as long as
 * its guard, so that a fault does not become the series' habit at once.
 *
 * Quiet on: series with frequent or regular gaps (weekly ones from the third on), series younger than
 * 30 points or than `habitMs`, series whose source said that they ended, and silence of more than 3 days.
 * Cost: O(1) time, 104 bytes.
 */
export class SilenceDetector {
  #state: Float64Array;
  /** Where its numbers begin in `#state`. */
  #at = 0;
  readonly #intervalMs: DurationMs;
  readonly #habitMs: DurationMs;

  /**
   * @param intervalMs the grid's step
   * @param state SILENCE_STATE_LENGTH numbers of a slab, taken as they are (zeros = new);
   *   left out: new ones
   * @param habitMs what was there for less than this, from its first point to its last, is not missed
   */
  constructor(intervalMs: DurationMs, state?: Float64Array, habitMs: DurationMs = 0) {
    this.#intervalMs = intervalMs;
    this.#habitMs = habitMs;
    this.#state = state ?? new Float64Array(SILENCE_STATE_LENGTH);
  }

  /** Works on state number `index` of a column of states from now on. */
  use(states: Float64Array, index: number): void {
    this.#state = states;
    this.#at = index * SILENCE_STATE_LENGTH;
  }

  /** The last step with a point; NaN before the first. */
  get lastSeenStep(): number {
    return this.#state[this.#at + S.seen] === 0 ? Number.NaN : this.#state[this.#at + S.last]!;
  }

  /** The first step with a point; NaN before it. */
  get firstSeenStep(): number {
    return this.#state[this.#at + S.seen] === 0 ? Number.NaN : this.#state[this.#at + S.first]!;
  }

  /** Whether the gap up to and including this step is longer than any that the habits allow. */
  isOverdue(step: number): boolean {
    const s = this.#state;
    return s[this.#at + S.seen]! > 0 && step - s[this.#at + S.last]! > this.#guard(step);
  }

  /**
   * There is a point in this step. Steps come in order; an older one changes nothing, a repeat only that
   * what had ended in it goes on.
   */
  seen(step: number): void {
    const s = this.#state;
    const at = this.#at;
    if (s[at + S.seen]! > 0) {
      if (step < s[at + S.last]!) return;
      s[at + S.ended] = LIVE;
      if (step === s[at + S.last]!) return;
      this.#learnGap(step - s[at + S.last]! - 1, step);
    } else s[at + S.first] = step;
    s[at + S.seen]!++;
    s[at + S.last] = step;
    s[at + S.ended] = LIVE;
    s[at + S.missed]! *= KEEP;
    s[at + S.steps] = s[at + S.steps]! * KEEP + 1;
  }

  /**
   * What to think of there being no point from the last seen one up to and including this step.
   * Learns nothing, so steps may be asked about again or left out.
   *
   * @returns p = probability of such a gap while healthy, never below 1e-12 nor
   *   1 / (10 steps known), or NaN = no opinion: the
   *   guard has not fired, too young or fewer than 30 points so far, the end was announced, or accepted.
   */
  missed(step: number): number {
    const s = this.#state;
    const at = this.#at;
    const gap = step - s[at + S.last]!;
    if (s[at + S.seen]! < SEEN_MIN || gap <= 0 || s[at + S.ended] !== LIVE) return Number.NaN;
    if ((s[at + S.last]! - s[at + S.first]!) * this.#intervalMs < this.#habitMs) return Number.NaN;
    if (gap <= this.#guard(step) || gap * this.#intervalMs > ACCEPT_MS) return Number.NaN;
    const share = (s[at + S.missed]! + PRIOR_MISSED) / (s[at + S.steps]! + PRIOR_STEPS);
    const longest = Math.max(this.#recent(step), this.#habit(step));
    const p = runRarity(gap, share, longest, s[at + S.gaps]!);
    return Math.max(p, 1 / (CLAIM_AGES_MAX * (s[at + S.seen]! + gap)));
  }

  /**
   * The source said that the series has ended (a staleness marker): it is not missed until a point comes.
   */
  ended(): void {
    this.#state[this.#at + S.ended] = ENDED;
  }

  /** The state as sealed bytes (114). */
  save(): Uint8Array {
    const own = this.#state.slice(this.#at, this.#at + SILENCE_STATE_LENGTH);
    return sealState(FORMAT, VERSION, new Uint8Array(own.buffer));
  }

  /** @throws Refusal "state/unreadable" for other or damaged bytes; the state stays as it was. */
  restore(bytes: Uint8Array): void {
    const payload = openState(FORMAT, VERSION, bytes);
    if (payload.length !== 8 * SILENCE_STATE_LENGTH) {
      throw unreadable("the length does not fit", { bytes: bytes.length });
    }
    this.#state.set(new Float64Array(payload.buffer), this.#at);
  }

  #learnGap(gap: number, step: number): void {
    if (gap === 0) return;
    const s = this.#state;
    const at = this.#at;
    const atMs = step * this.#intervalMs;
    const counted = Math.min(gap, this.#guard(step));
    const keep = KEEP ** counted;
    s[at + S.missed] = s[at + S.missed]! * keep + counted;
    s[at + S.steps] = s[at + S.steps]! * keep + counted;
    s[at + S.gaps]!++;
    noteLength(s, at + S.longest, counted, atMs);
    this.#noteHabit(gap, step);
  }

  /** A gap must be longer than this to count. */
  #guard(step: number): number {
    const recent = GUARD_FACTOR * this.#recent(step);
    return Math.max(GUARD_STEPS_MIN, recent, HABIT_GUARD_FACTOR * this.#habit(step));
  }

  /** The longest gap of the last days. */
  #recent(step: number): number {
    return longestRecent(this.#state, this.#at + S.longest, step * this.#intervalMs);
  }

  /** The second longest gap of the last weeks. */
  #habit(step: number): number {
    return this.#state[this.#at + S.habitSecond]! * this.#fade(step);
  }

  #noteHabit(gap: number, step: number): void {
    const s = this.#state;
    const at = this.#at;
    const fade = this.#fade(step);
    const first = s[at + S.habitFirst]! * fade;
    const second = s[at + S.habitSecond]! * fade;
    s[at + S.habitFirst] = Math.max(first, gap);
    s[at + S.habitSecond] = Math.min(first, Math.max(second, gap));
    s[at + S.habitStep] = step;
  }

  #fade(step: number): number {
    const sinceMs = (step - this.#state[this.#at + S.habitStep]!) * this.#intervalMs;
    return 0.5 ** (sinceMs / HABIT_HALF_LIFE_MS);
  }
}
