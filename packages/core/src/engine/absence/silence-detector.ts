import { openState, sealState, unreadable } from "../../model/state-bytes.ts";
import { DAY_MS, type DurationMs } from "../../model/time.ts";
import { LONGEST_RECENT_LENGTH, longestRecent, noteLength } from "./longest-recent.ts";
import { runRarity } from "./run-rarity.ts";

/** Guard: a gap of more than 5 steps and 3 times the longest recent gap. Source: spec section 5. */
const GUARD_STEPS_MIN = 5;
const GUARD_FACTOR = 3;
/** No opinion before so many steps with a point. */
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

const S = { seen: 0, last: 1, missed: 2, steps: 3, gaps: 4, ended: 5, longest: 6 } as const;
/** Values of the `ended` number. */
const LIVE = 0;
const ENDED = 1;
const NOTICED = 2;
/** Numbers of state: 9 x 8 = 72 bytes. */
export const SILENCE_STATE_LENGTH = S.longest + LONGEST_RECENT_LENGTH;
const FORMAT = 0x53;
const VERSION = 1;

/**
 * Watches one series for silence, on a grid of whole steps of its sampling interval (step =
 * floor(time / interval)). Gaps are learnt when they end; an alarming gap counts only as long as
 * its guard, so that a fault does not become the series' habit at once.
 *
 * Quiet on: series with frequent or regular gaps, series younger than 30 points, series told to
 * have ended (after one notice), and silence of more than 3 days. Cost: O(1) time, 72 bytes.
 */
export class SilenceDetector {
  readonly #state: Float64Array;
  readonly #intervalMs: DurationMs;

  /**
   * @param intervalMs the grid's step
   * @param state SILENCE_STATE_LENGTH numbers of a slab, taken as they are (zeros = new);
   *   left out: new ones
   */
  constructor(intervalMs: DurationMs, state?: Float64Array) {
    this.#intervalMs = intervalMs;
    this.#state = state ?? new Float64Array(SILENCE_STATE_LENGTH);
  }

  /** The last step with a point; NaN before the first. */
  get lastSeenStep(): number {
    return this.#state[S.seen] === 0 ? Number.NaN : this.#state[S.last]!;
  }

  /** A point lies in this step. Steps come in order; a repeat or an older one changes nothing. */
  seen(step: number): void {
    const s = this.#state;
    if (s[S.seen]! > 0) {
      if (step <= s[S.last]!) return;
      this.#learnGap(step - s[S.last]! - 1, step);
    }
    s[S.seen]!++;
    s[S.last] = step;
    s[S.ended] = LIVE;
    s[S.missed]! *= KEEP;
    s[S.steps] = s[S.steps]! * KEEP + 1;
  }

  /**
   * What to think of there being no point from the last seen one up to and including this step.
   * Learns nothing, so steps may be asked about again or left out.
   *
   * @returns p = probability of such a gap while healthy, never below 1e-12 nor
   *   1 / (10 steps known), or NaN = no opinion: the
   *   guard has not fired, fewer than 30 points so far, the end was told and noticed, or accepted.
   */
  missed(step: number): number {
    const s = this.#state;
    const gap = step - s[S.last]!;
    if (s[S.seen]! < SEEN_MIN || gap <= 0 || s[S.ended] === NOTICED) return Number.NaN;
    const longest = longestRecent(s, S.longest, step * this.#intervalMs);
    if (gap <= guardOf(longest) || gap * this.#intervalMs > ACCEPT_MS) return Number.NaN;
    if (s[S.ended] === ENDED) s[S.ended] = NOTICED;
    const share = (s[S.missed]! + PRIOR_MISSED) / (s[S.steps]! + PRIOR_STEPS);
    const p = runRarity(gap, share, longest, s[S.gaps]!);
    return Math.max(p, 1 / (CLAIM_AGES_MAX * (s[S.seen]! + gap)));
  }

  /**
   * The source said that the series has ended (a staleness marker). The next silence that passes
   * the guard is noticed at one step and never again until a point comes.
   */
  ended(): void {
    if (this.#state[S.ended] === LIVE) this.#state[S.ended] = ENDED;
  }

  /** The state as sealed bytes (82). */
  save(): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.#state;
    return sealState(FORMAT, VERSION, new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** @throws Refusal "state/unreadable" for other or damaged bytes; the state stays as it was. */
  restore(bytes: Uint8Array): void {
    const payload = openState(FORMAT, VERSION, bytes);
    if (payload.length !== 8 * SILENCE_STATE_LENGTH) {
      throw unreadable("the length does not fit", { bytes: bytes.length });
    }
    this.#state.set(new Float64Array(payload.buffer));
  }

  #learnGap(gap: number, step: number): void {
    if (gap === 0) return;
    const s = this.#state;
    const atMs = step * this.#intervalMs;
    const counted = Math.min(gap, guardOf(longestRecent(s, S.longest, atMs)));
    const keep = KEEP ** counted;
    s[S.missed] = s[S.missed]! * keep + counted;
    s[S.steps] = s[S.steps]! * keep + counted;
    s[S.gaps]!++;
    noteLength(s, S.longest, counted, atMs);
  }
}

/** A gap must be longer than this to count. */
function guardOf(longest: number): number {
  return Math.max(GUARD_STEPS_MIN, GUARD_FACTOR * longest);
}
