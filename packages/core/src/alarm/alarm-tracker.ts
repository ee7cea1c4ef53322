import type { AlarmOutcome } from "../model/alarm-outcome.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { type AlarmClock, alarmClock } from "./alarm-clock.ts";
import { seeAgain } from "./alarm-evidence.ts";
import {
  ALARM_OUT,
  ALARM_PHASE,
  ALARM_STATE_LENGTH,
  type AlarmBaseline,
  AlarmOpenings,
} from "./alarm-openings.ts";

/** What a pushed point did to the alarm; `changed` = its phase or its score, or it goes on again. */
export type AlarmChange = "none" | "opened" | "changed" | "closed";

/** One episode that is worth an alarm: from its only opening to its close. */
export interface Alarm {
  readonly open: boolean;
  readonly outcome: AlarmOutcome;
  readonly openedMs: EpochMs;
  /** The newest point that kept it up. */
  readonly lastMs: EpochMs;
  /** Rarity of the opening point, in days. */
  readonly evidenceDays: number;
  /** Highest alarm score so far. */
  readonly score: number;
  /** First and last point at which it was held; NaN while it was not. */
  readonly heldFromMs: EpochMs;
  readonly heldToMs: EpochMs;
}

const S = {
  opened: ALARM_STATE_LENGTH,
  last: ALARM_STATE_LENGTH + 1,
  score: ALARM_STATE_LENGTH + 2,
  heldFrom: ALARM_STATE_LENGTH + 3,
  heldTo: ALARM_STATE_LENGTH + 4,
  outcome: ALARM_STATE_LENGTH + 5,
} as const;
/** Numbers of state: 33 x 8 = 264 bytes. */
export const ALARM_TRACKER_LENGTH = ALARM_STATE_LENGTH + 6;

/** By ALARM_PHASE. */
const OUTCOMES: readonly AlarmOutcome[] = ["open", "open", "held", "accepted", "recovered", "open"];

/**
 * The openings of one series with the facts that a person is shown. Zeros are the state before the
 * first point. O(1) per point; the profile is kept from an opening until the day after its fault.
 */
export class AlarmTracker {
  readonly #state: Float64Array;
  readonly #layer: AlarmOpenings;
  readonly #clock: AlarmClock;
  #replaced: Alarm | undefined;

  /** @param state ALARM_TRACKER_LENGTH numbers of a slab, taken as they are */
  constructor(
    intervalMs: DurationMs,
    promiseDays: number,
    baseline: AlarmBaseline,
    state: Float64Array,
  ) {
    this.#state = state;
    this.#clock = alarmClock(intervalMs, promiseDays);
    this.#layer = new AlarmOpenings({ intervalMs, promiseDays, baseline, state });
  }

  /** One point, in time order; parameters as in `AlarmOpenings.push`. */
  push(
    atMs: EpochMs,
    value: number,
    row: Float64Array,
    slowBefore: number,
    out: Float64Array,
  ): AlarmChange {
    const s = this.#state;
    const wasOpen = this.#layer.isOpen;
    const before = wasOpen ? this.alarm() : undefined;
    this.#replaced = undefined;
    this.#layer.push(atMs, value, row, slowBefore, out);
    if (out[ALARM_OUT.opened] === 1) {
      this.#replaced = before === undefined ? undefined : { ...before, open: false };
      this.#start(atMs, out);
      return "opened";
    }
    if (!wasOpen && !this.#layer.isOpen) return "none";
    const phase = out[ALARM_OUT.phase]!;
    if (phase === ALARM_PHASE.held) {
      if (Number.isNaN(s[S.heldFrom]!)) s[S.heldFrom] = atMs;
      s[S.heldTo] = atMs;
    }
    if (!this.#layer.isOpen) return "closed";
    const keepsUp = this.#layer.quietPoints === 0 && phase !== ALARM_PHASE.recovered;
    if (keepsUp) s[S.last] = atMs;
    const isNews = this.#learn(phase, out[ALARM_OUT.score]!);
    // One that had closed and goes on after all is open again, whatever else is new.
    return isNews || !wasOpen ? "changed" : "none";
  }

  /** The open alarm, or the last one after it closed; undefined before the first. */
  alarm(): Alarm | undefined {
    const s = this.#state;
    if (s[S.opened] === 0) return undefined;
    return {
      open: this.#layer.isOpen,
      outcome: OUTCOMES[s[S.outcome]!]!,
      openedMs: s[S.opened]!,
      lastMs: s[S.last]!,
      evidenceDays: this.#layer.evidenceDays,
      score: s[S.score]!,
      heldFromMs: s[S.heldFrom]!,
      heldToMs: s[S.heldTo]!,
    };
  }

  /** The alarm that the point pushed last ended by opening another, far stronger one. */
  get replaced(): Alarm | undefined {
    return this.#replaced;
  }

  get isOpen(): boolean {
    return this.#layer.isOpen;
  }

  /** The series changed its nature with this value, the one pushed last: see `seeAgain`. */
  seeAgain(value: number): void {
    seeAgain(this.#state, value, this.#clock);
  }

  /** See `AlarmOpenings.keptSeason`. */
  get keptSeason(): Float64Array<ArrayBuffer> {
    return this.#layer.keptSeason;
  }

  keepSeason(season: Float64Array<ArrayBuffer>): void {
    this.#layer.keepSeason(season);
  }

  #start(atMs: EpochMs, out: Float64Array): void {
    const s = this.#state;
    s[S.opened] = s[S.last] = atMs;
    s[S.score] = out[ALARM_OUT.score]!;
    s[S.heldFrom] = s[S.heldTo] = Number.NaN;
    s[S.outcome] = ALARM_PHASE.open;
  }

  /** Whether phase or score changed. What a fault was is not forgotten while its traces fade. */
  #learn(phase: number, score: number): boolean {
    const s = this.#state;
    const passing = phase === ALARM_PHASE.open || phase === ALARM_PHASE.lasting;
    const outcome = passing ? s[S.outcome]! : phase;
    const news = outcome !== s[S.outcome] || score > s[S.score]!;
    s[S.outcome] = outcome;
    s[S.score] = Math.max(s[S.score]!, score);
    return news;
  }
}
