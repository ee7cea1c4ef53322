import { ALARM_PROMISE_DAYS, type AlarmBaseline } from "../alarm/alarm-openings.ts";
import {
  ALARM_TRACKER_LENGTH,
  type Alarm,
  type AlarmChange,
  AlarmTracker,
} from "../alarm/alarm-tracker.ts";
import {
  EPISODE_ROW,
  EPISODE_STATE_LENGTH,
  type Episode,
  type EpisodeChange,
  EpisodeTracker,
} from "../alarm/episode-tracker.ts";
import { INTERVAL_POINTS } from "../detect/first-points.ts";
import { FLATLINE_STATE_LENGTH, FlatlineDetector } from "../engine/absence/flatline-detector.ts";
import { DETECTOR_OUT, type SeriesDetector } from "../engine/engine.ts";
import { type Checksum, openState, sealState, unreadable } from "../model/state-bytes.ts";
import { type StateMemory, stateRoom } from "../model/state-memory.ts";
import { type DurationMs, type EpochMs, MINUTE_MS, SECOND_MS } from "../model/time.ts";
import { scoreOfP } from "../score/rarity.ts";
import type { FoldRow } from "./fold-row.ts";

const FORMAT = 0x4c;
const VERSION = 5;
/** Interval that the small detectors assume until the series' own is known. */
const INTERVAL_BEFORE_MS = MINUTE_MS;

const S = { counterAt: 0, counterValue: 1, ended: 2, firstAt: 3, lastAt: 4, lastValue: 5 } as const;
const STATE_LENGTH = 6;
const FLAT_AT = STATE_LENGTH;
const EPISODE_AT = FLAT_AT + FLATLINE_STATE_LENGTH;
const ALARM_AT = EPISODE_AT + EPISODE_STATE_LENGTH;
const SLAB_LENGTH = ALARM_AT + ALARM_TRACKER_LENGTH;
/** `[interval f64][numbers of the kept season f64][slab][kept season][detector]` */
const HEAD_BYTES = 16;

export interface SeriesFoldOptions {
  /** Opens the detector; its interval is learnt from the points. */
  open(memory?: StateMemory): SeriesDetector;
  /** For one of many long-lived folds. */
  readonly memory?: StateMemory;
  /** Values are cumulative: the fold sees their rate per second, a reset is a missing point. */
  readonly counter: boolean;
  /** At most about one alarm in this many days; left out: ALARM_PROMISE_DAYS. */
  readonly promiseDays?: number;
}

/**
 * Everything that is folded over one series: the engine's detector, the flatline detector beside it,
 * the episodes of both, and the alarms that open on them. Points come in time order.
 * Deterministic, O(1) per point.
 */
export class SeriesFold {
  readonly #detector: SeriesDetector;
  readonly #counter: boolean;
  readonly #slab: Float64Array;
  #flat: FlatlineDetector;
  #episodes: EpisodeTracker;
  #alarms: AlarmTracker;
  readonly #promiseDays: number;
  #alarmChange: AlarmChange = "none";
  #intervalMs: DurationMs = INTERVAL_BEFORE_MS;

  constructor(options: SeriesFoldOptions) {
    const { buffer, at } = stateRoom(8 * SLAB_LENGTH, options.memory);
    this.#slab = new Float64Array(buffer, at, SLAB_LENGTH);
    this.#detector = options.open(options.memory);
    this.#counter = options.counter;
    this.#promiseDays = options.promiseDays ?? ALARM_PROMISE_DAYS;
    this.#slab[S.counterValue] = Number.NaN;
    this.#slab[S.lastValue] = Number.NaN;
    this.#flat = new FlatlineDetector(this.#intervalMs, this.#flatState());
    this.#episodes = new EpisodeTracker(this.#intervalMs, this.#episodeState());
    this.#episodes.reset();
    this.#alarms = this.#openAlarms();
  }

  /**
   * One stored sample: NaN = missing, +Infinity = the source said that the series ended here.
   * Fills `row`; afterwards `alarmChange` and `replacedAlarm` say what became of the alarm.
   */
  push(atMs: EpochMs, sample: number, row: FoldRow): EpisodeChange {
    const slab = this.#slab;
    const { point } = row;
    const ended = sample === Number.POSITIVE_INFINITY;
    const value = ended ? Number.NaN : this.#counter ? this.#rate(atMs, sample) : sample;
    const slowBefore = this.#detector.baseline?.slowLevel;
    const restarts = this.#detector.restartCount;
    this.#detector.push(atMs, value, point);
    this.#followInterval();
    const p = point[DETECTOR_OUT.p]!;
    const flatP = this.#flat.push(atMs, value);
    const tailP = this.#detector.tailP ?? p;
    row.tailP = Number.isNaN(value) ? Number.NaN : tailP;
    row.valueP = Number.isNaN(value) ? Number.NaN : (this.#detector.childP ?? tailP);
    row.flatP = flatP;
    row.ended = ended;
    row.settled = this.#detector.pointCount >= INTERVAL_POINTS;
    point[EPISODE_ROW.absence] = 0;
    if (flatP < p) {
      point[EPISODE_ROW.absence] = 1;
      point[EPISODE_ROW.p] = flatP;
      point[EPISODE_ROW.score] = scoreOfP(flatP, this.#intervalMs);
    }
    if (slab[S.firstAt] === 0) slab[S.firstAt] = atMs;
    slab[S.lastAt] = atMs;
    slab[S.ended] = ended ? 1 : 0;
    slab[S.lastValue] = value;
    const slow = slowBefore ?? point[EPISODE_ROW.level]!;
    this.#alarmChange = this.#alarms.push(atMs, value, point, slow, row.alarm);
    if (this.#detector.restartCount !== restarts) this.#alarms.seeAgain(value);
    return this.#episodes.push(atMs, value, point);
  }

  /** The open episode, or the last one; undefined before the first. */
  episode(): Episode | undefined {
    return this.#episodes.episode();
  }

  /** Points up to the last one of the episode, which is open or closed with the point pushed last. */
  get episodePointCount(): number {
    return this.pointCount - this.#episodes.quietPoints;
  }

  get episodeIsOpen(): boolean {
    return this.#episodes.isOpen;
  }

  /** What the point pushed last did to the alarm. */
  get alarmChange(): AlarmChange {
    return this.#alarmChange;
  }

  /** The open alarm, or the last one; undefined before the first. */
  alarm(): Alarm | undefined {
    return this.#alarms.alarm();
  }

  /** The alarm that the point pushed last ended by opening another, far stronger one. */
  get replacedAlarm(): Alarm | undefined {
    return this.#alarms.replaced;
  }

  get alarmIsOpen(): boolean {
    return this.#alarms.isOpen;
  }

  get pointCount(): number {
    return this.#detector.pointCount;
  }

  /** 0 until it is known. */
  get intervalMs(): DurationMs {
    return this.#detector.intervalMs;
  }

  get firstMs(): EpochMs {
    return this.#slab[S.firstAt]!;
  }

  get lastMs(): EpochMs {
    return this.#slab[S.lastAt]!;
  }

  /** As the engine saw it: the rate of a counter. */
  get lastValue(): number {
    return this.#slab[S.lastValue]!;
  }

  get ended(): boolean {
    return this.#slab[S.ended] === 1;
  }

  /** @param checksum "outer" where what the bytes are kept in has one: see `sealState` */
  save(checksum?: Checksum): Uint8Array {
    const detector = this.#detector.save("outer");
    const slab = this.#slabBytes();
    const { keptSeason } = this.#alarms;
    const seasonAt = HEAD_BYTES + slab.length;
    const detectorAt = seasonAt + keptSeason.byteLength;
    const payload = new Uint8Array(detectorAt + detector.length);
    const view = new DataView(payload.buffer);
    view.setFloat64(0, this.#intervalMs, true);
    view.setFloat64(8, keptSeason.length, true);
    payload.set(slab, HEAD_BYTES);
    payload.set(new Uint8Array(keptSeason.buffer), seasonAt);
    payload.set(detector, detectorAt);
    return sealState(FORMAT, VERSION, payload, checksum);
  }

  /** @throws Refusal "state/unreadable" for other or damaged bytes. */
  restore(bytes: Uint8Array, checksum?: Checksum): void {
    const payload = openState(FORMAT, VERSION, bytes, checksum);
    const seasonAt = HEAD_BYTES + 8 * SLAB_LENGTH;
    if (payload.length < seasonAt) throw unreadable("the bytes are cut short");
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const detectorAt = seasonAt + 8 * view.getFloat64(8, true);
    this.#detector.restore(payload.subarray(detectorAt), "outer");
    this.#slabBytes().set(payload.subarray(HEAD_BYTES, seasonAt));
    this.#intervalMs = view.getFloat64(0, true);
    this.#flat = new FlatlineDetector(this.#intervalMs, this.#flatState());
    this.#episodes = new EpisodeTracker(this.#intervalMs, this.#episodeState());
    this.#alarms = this.#openAlarms();
    if (detectorAt === seasonAt) return;
    this.#alarms.keepSeason(new Float64Array(payload.slice(seasonAt, detectorAt).buffer));
  }

  #slabBytes(): Uint8Array {
    return new Uint8Array(this.#slab.buffer, this.#slab.byteOffset, 8 * SLAB_LENGTH);
  }

  #followInterval(): void {
    const intervalMs = this.#detector.intervalMs;
    if (intervalMs === this.#intervalMs || intervalMs === 0) return;
    this.#intervalMs = intervalMs;
    this.#flat = new FlatlineDetector(intervalMs, this.#flatState());
    this.#episodes = new EpisodeTracker(intervalMs, this.#episodeState());
    const { keptSeason } = this.#alarms;
    this.#alarms = this.#openAlarms();
    this.#alarms.keepSeason(keptSeason);
  }

  #openAlarms(): AlarmTracker {
    const state = this.#slab.subarray(ALARM_AT, SLAB_LENGTH);
    const baseline = new DetectorBaseline(this.#detector);
    return new AlarmTracker(this.#intervalMs, this.#promiseDays, baseline, state);
  }

  #rate(atMs: EpochMs, total: number): number {
    if (Number.isNaN(total)) return Number.NaN;
    const slab = this.#slab;
    const grown = total - slab[S.counterValue]!;
    const seconds = (atMs - slab[S.counterAt]!) / SECOND_MS;
    slab[S.counterAt] = atMs;
    slab[S.counterValue] = total;
    return grown >= 0 && seconds > 0 ? grown / seconds : Number.NaN;
  }

  #flatState(): Float64Array {
    return this.#slab.subarray(FLAT_AT, EPISODE_AT);
  }

  #episodeState(): Float64Array {
    return this.#slab.subarray(EPISODE_AT, ALARM_AT);
  }
}

/** The profile of the scorer that the detector uses now; a flat one where it keeps none. */
class DetectorBaseline implements AlarmBaseline {
  readonly #detector: SeriesDetector;

  constructor(detector: SeriesDetector) {
    this.#detector = detector;
  }

  get seasonBins(): number {
    return this.#detector.baseline?.seasonBins ?? 1;
  }

  copySeason(out: Float64Array): void {
    const { baseline } = this.#detector;
    if (baseline === undefined) out.fill(0);
    else baseline.copySeason(out);
  }
}
