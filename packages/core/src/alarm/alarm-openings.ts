import { openState, sealState, unreadable } from "../model/state-bytes.ts";
import { DAY_MS, type DurationMs, type EpochMs } from "../model/time.ts";
import { scoreOfDays } from "../stats/return-period.ts";
import { type AlarmClock, alarmClock } from "./alarm-clock.ts";
import { SEEN, SEEN_LENGTH, stepEvidence } from "./alarm-evidence.ts";
import { ALARM_OUT, ALARM_PHASE } from "./alarm-out.ts";
import { EPISODE_ROW } from "./episode-tracker.ts";

export { ALARM_OUT, ALARM_OUT_LENGTH, ALARM_PHASE } from "./alarm-out.ts";

/** What the layer needs of the scorer beside its row. */
export interface AlarmBaseline {
  /** Bins of the daily profile; they divide the UTC day evenly. */
  readonly seasonBins: number;
  /** Copies the profile as it is after the latest point: deviations from the slow level. */
  copySeason(out: Float64Array): void;
}

/**
 * Evidence this many times larger than both the open episode's and the required one opens a second
 * alarm, so that a small one cannot mask a large one. 10 splits one lasting fault in ten.
 */
const ANOTHER_FACTOR = 30;
/** An episode stays open above this share of the required evidence and closes after 4 quiet hours. */
const STAY_SHARE = 0.3;
const QUIET_DAYS = 4 / 24;
/** Points over which the deviation from the kept expectation is averaged. */
const HOLD_TAU = 30;
/** A fault lasts while that is above 2 kept scales and a third of its peak, for 3 days at most. */
const HOLD_SCALES = 2;
const HOLD_SHARE = 0.33;
const HOLD_DAYS_MAX = 3;
/** The mean follows slowly: after this many points in a row near the old normal the fault no longer lasts. */
const BACK_POINTS = 3;
/** Value of `open` for an alarm that resumed within that day: it does not mask a new one. */
const RESUMED = 2;
/** For a day after a fault a point within 3 kept scales of the old normal opens nothing. */
const RECOVERY_DAYS = 1;
const RECOVERY_SCALES = 3;

const S = {
  /** Spent by recent openings, in promises. */
  spent: SEEN_LENGTH,
  open: SEEN_LENGTH + 1,
  quiet: SEEN_LENGTH + 2,
  kept: SEEN_LENGTH + 3,
  keptSlow: SEEN_LENGTH + 4,
  keptScale: SEEN_LENGTH + 5,
  keptSince: SEEN_LENGTH + 6,
  deviation: SEEN_LENGTH + 7,
  peak: SEEN_LENGTH + 8,
  /**
   * Above 0 = held: 1, and 1 more for each of the last points in a row that were near the old normal; before
   * anything can be held, the same points as a number below 0.
   */
  held: SEEN_LENGTH + 9,
  heldScore: SEEN_LENGTH + 10,
  recovery: SEEN_LENGTH + 11,
  /** Evidence of the opening. */
  evidence: SEEN_LENGTH + 12,
} as const;
/** Numbers of state: 27 x 8 = 216 bytes. */
export const ALARM_STATE_LENGTH = SEEN_LENGTH + 13;
const NUMBERS = ALARM_STATE_LENGTH;
const FORMAT = 0x41;
const VERSION = 4;
const NO_SEASON: Float64Array<ArrayBuffer> = new Float64Array(0);

/** The platform's promise: at most about one opening of a series in 5.5 days, as score 0.75 says. */
export const ALARM_PROMISE_DAYS = 5.5;

export interface AlarmOpeningsOptions {
  /** Nominal sampling interval. */
  readonly intervalMs: DurationMs;
  /** The promise: at most about one opening in this many days. Measured for 1, 5.5 and 30. */
  readonly promiseDays: number;
  readonly baseline: AlarmBaseline;
  /** ALARM_STATE_LENGTH numbers of a slab, taken as they are (zeros = new); left out: new ones. */
  readonly state?: Float64Array;
}

/**
 * When scores of one series become an alarm: one opening per episode, sustained faults held, silent
 * recovery. The scores themselves are not changed; open by this, rank by the plain score.
 *
 * The first opening needs evidence as rare as the promise, later ones more: each spends the promise over
 * its own rarity, so a run of weak openings falls silent and a week of large faults does not.
 *
 * Deterministic fold; O(1) per point; 216 bytes, and a copy of the daily profile only from an opening
 * until the day after its fault. Source: reference/alarms.py, but for what is required.
 */
export class AlarmOpenings {
  readonly #state: Float64Array;
  readonly #clock: AlarmClock;
  readonly #baseline: AlarmBaseline;
  /** Empty unless an expectation is kept. */
  #season = NO_SEASON;

  constructor({ intervalMs, promiseDays, baseline, state }: AlarmOpeningsOptions) {
    this.#clock = alarmClock(intervalMs, promiseDays);
    this.#baseline = baseline;
    this.#state = state ?? new Float64Array(NUMBERS);
  }

  /**
   * One point, in time order, right after the scorer has judged it.
   *
   * @param value NaN = missing: evidence 0, clocks continue
   * @param row the scorer's row (EPISODE_ROW: score, level, scale are read)
   * @param slowBefore the scorer's slow level as it was before the point
   * @param out filled as ALARM_OUT says
   */
  push(
    atMs: EpochMs,
    value: number,
    row: Float64Array,
    slowBefore: number,
    out: Float64Array,
  ): void {
    const s = this.#state;
    const missing = Number.isNaN(value);
    const score = missing ? 0 : row[EPISODE_ROW.score]!;
    const required = this.#requiredDays();
    let evidence = 0;
    let oldNormal = false;
    if (!missing) {
      evidence = stepEvidence(s, value, score, row, s[S.open]! > 0, this.#clock);
      if (s[S.kept]! > 0) oldNormal = this.#hold(atMs, value);
    }
    const another = this.#isAnother(evidence, required) && !oldNormal;
    s[S.recovery] = Math.max(s[S.recovery]! - 1, 0);
    oldNormal &&= s[S.recovery]! > 0;
    out[ALARM_OUT.evidence] = evidence;
    out[ALARM_OUT.opened] = 0;
    out[ALARM_OUT.score] = score;
    const opens = evidence >= required && !oldNormal;
    if (s[S.open] === 0 && s[S.held]! > 0 && s[S.recovery]! > 0 && !opens) this.#resume();
    if (s[S.open]! > 0 && !another && !(s[S.open] === RESUMED && opens)) {
      this.#stay(evidence, required, score, out);
    } else if (opens) {
      this.#open(evidence, score, slowBefore, row[EPISODE_ROW.scale]!);
      out[ALARM_OUT.opened] = 1;
      out[ALARM_OUT.score] = s[S.heldScore]!;
    }
    if (s[S.kept] === 0) this.#season = NO_SEASON;
    out[ALARM_OUT.active] = s[S.open]! > 0 ? 1 : 0;
    out[ALARM_OUT.phase] = oldNormal ? ALARM_PHASE.recovered : this.#phase();
  }

  get isOpen(): boolean {
    return this.#state[S.open]! > 0;
  }

  /** Evidence at the opening of the open or last episode, in days. */
  get evidenceDays(): number {
    return this.#state[S.evidence]!;
  }

  /** Points since something last kept the open episode up; 0 = the latest did. */
  get quietPoints(): number {
    return this.#state[S.quiet]!;
  }

  /** The profile kept for the open episode; empty without one. Read only. */
  get keptSeason(): Float64Array<ArrayBuffer> {
    return this.#season;
  }

  /** Continues with a profile that was kept; the numbers are in the slab. */
  keepSeason(season: Float64Array<ArrayBuffer>): void {
    this.#season = season;
  }

  /** The state as sealed bytes: 226, and 8 per bin of the profile while one is kept. */
  save(): Uint8Array {
    const numbers = new Float64Array(NUMBERS + this.#season.length);
    numbers.set(this.#state);
    numbers.set(this.#season, NUMBERS);
    return sealState(FORMAT, VERSION, new Uint8Array(numbers.buffer));
  }

  /** @throws Refusal "state/unreadable" for other or damaged bytes; the state stays as it was. */
  restore(bytes: Uint8Array): void {
    const payload = openState(FORMAT, VERSION, bytes);
    const bins = payload.length / 8 - NUMBERS;
    if (bins !== 0 && bins !== this.#baseline.seasonBins) {
      throw unreadable("the length does not fit", { bytes: bytes.length });
    }
    const numbers = new Float64Array(payload.buffer);
    this.#state.set(numbers.subarray(0, NUMBERS));
    this.#season = numbers.slice(NUMBERS);
  }

  /** The promise, and on top of it what recent openings have spent of it, which fades with every point. */
  #requiredDays(): number {
    const { promiseDays, openingsKeep, youngPoints } = this.#clock;
    const s = this.#state;
    s[S.spent]! *= openingsKeep;
    if (s[SEEN.count]! < youngPoints) return Number.POSITIVE_INFINITY;
    return promiseDays * (1 + s[S.spent]!);
  }

  /** The fault was only hidden, as by a quiet night: its alarm continues, which is not an opening. */
  #resume(): void {
    const s = this.#state;
    s[S.open] = RESUMED;
    s[S.quiet] = 0;
  }

  #isAnother(evidence: number, required: number): boolean {
    const s = this.#state;
    return s[S.open]! > 0 && evidence >= ANOTHER_FACTOR * Math.max(required, s[S.evidence]!);
  }

  #stay(evidence: number, required: number, score: number, out: Float64Array): void {
    const s = this.#state;
    if (s[S.held]! > 0 && !this.#isBack) {
      s[S.heldScore] = Math.max(s[S.heldScore]!, score);
      out[ALARM_OUT.score] = s[S.heldScore]!;
    }
    const stays = s[S.held]! > 0 || evidence >= STAY_SHARE * required;
    s[S.quiet] = stays ? 0 : s[S.quiet]! + 1;
    if (s[S.quiet]! <= QUIET_DAYS * this.#clock.pointsPerDay) return;
    s[S.open] = 0;
    if (s[S.recovery] === 0) s[S.kept] = s[S.held] = 0;
  }

  #open(evidence: number, score: number, slowBefore: number, scale: number): void {
    const s = this.#state;
    // An event that comes once in ten promises uses up a tenth of one.
    s[S.spent]! += this.#clock.promiseDays / evidence;
    s.fill(0, S.open);
    s[S.open] = s[S.kept] = 1;
    s[S.evidence] = evidence;
    s[S.keptSlow] = slowBefore;
    s[S.keptScale] = scale;
    s[S.heldScore] = Math.max(score, scoreOfDays(evidence));
    this.#season = new Float64Array(this.#baseline.seasonBins);
    this.#baseline.copySeason(this.#season);
  }

  #phase(): number {
    const s = this.#state;
    if (s[S.open] === 0) return ALARM_PHASE.closed;
    if (s[S.held]! > 0) return this.#isBack ? ALARM_PHASE.recovered : ALARM_PHASE.held;
    const since = s[S.keptSince]!;
    const mayLast = since > 0 && since < HOLD_TAU && s[S.held]! > -BACK_POINTS;
    if (mayLast && this.#lasts()) return ALARM_PHASE.lasting;
    const over = s[S.kept] === 0 && s[S.keptSince]! > HOLD_DAYS_MAX * this.#clock.pointsPerDay;
    return over && this.#lasts() ? ALARM_PHASE.accepted : ALARM_PHASE.open;
  }

  /** Held still, for the mean of many points is away, and yet over. */
  get #isBack(): boolean {
    return this.#state[S.held]! > BACK_POINTS;
  }

  /** Whether the mean of the last points is away from what was usual before the opening. */
  #lasts(): boolean {
    return this.#isAway(this.#state[S.deviation]!);
  }

  #isAway(deviation: number): boolean {
    const s = this.#state;
    const least = Math.max(HOLD_SCALES * s[S.keptScale]!, HOLD_SHARE * s[S.peak]!);
    return Math.abs(deviation) >= least;
  }

  /** Follows the value against the expectation kept at the opening; true = back in the old normal. */
  #hold(atMs: EpochMs, value: number): boolean {
    const s = this.#state;
    const bins = this.#season.length;
    const bin = Math.floor(((atMs % DAY_MS) / DAY_MS) * bins) % bins;
    const away = value - (s[S.keptSlow]! + this.#season[bin]!);
    s[S.keptSince]!++;
    const rate = Math.max(1 / HOLD_TAU, 1 / s[S.keptSince]!);
    s[S.deviation]! += (away - s[S.deviation]!) * rate;
    const before = s[S.held]!;
    const nearBefore = before > 0 ? before - 1 : -before;
    const near = this.#isAway(away) ? 0 : Math.min(nearBefore + 1, BACK_POINTS);
    if (s[S.keptSince]! < HOLD_TAU) s[S.held] = 0 - near;
    else {
      s[S.peak] = Math.max(s[S.peak]!, Math.abs(s[S.deviation]!));
      const lasts = this.#lasts();
      if (s[S.held]! > 0 && !lasts) s[S.recovery] = RECOVERY_DAYS * this.#clock.pointsPerDay;
      s[S.held] = lasts ? 1 + near : 0;
    }
    if (s[S.keptSince]! > HOLD_DAYS_MAX * this.#clock.pointsPerDay) s[S.kept] = s[S.held] = 0;
    return Math.abs(away) <= RECOVERY_SCALES * s[S.keptScale]!;
  }
}
