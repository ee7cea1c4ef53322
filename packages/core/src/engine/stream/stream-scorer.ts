import { type Checksum, openState, sealState } from "../../model/state-bytes.ts";
import type { StateMemory } from "../../model/state-memory.ts";
import { DAY_MS, type DurationMs, type EpochMs } from "../../model/time.ts";
import {
  type Baseline,
  type OpenScorer,
  SCORER_OUT,
  SCORER_OUT_LENGTH,
  type StreamScorer,
} from "../scorer.ts";
import { type Influence, type StreamClock, streamClock } from "./clock.ts";
import { skipEvidence, stepEvidence } from "./evidence.ts";
import { reconsider } from "./first-hours.ts";
import { POINTS_BEFORE_ANSWERS, stepModels } from "./models.ts";
import { PointScratch } from "./point-scratch.ts";
import { STATE, StreamState } from "./state.ts";
import { outgrows, unitOf } from "./unit.ts";

const { expected: OUT_EXPECTED, level: OUT_LEVEL, scale: OUT_SCALE } = SCORER_OUT;
const { COUNT, HERITAGE, RESTARTS, SLOW, SLOW_SCALE, UNIT } = STATE;
const OUT_LENGTH = SCORER_OUT_LENGTH;

const STATE_FORMAT = 0x53;
const VERSION = 6;

/** Larger values, in units, count as this large, so that squares and differences stay finite. */
const VALUE_MAX = 1e36;

/** What is taken over from another interval counts as at most this long. */
const HERITAGE_MS = DAY_MS;

/** Different sampling intervals whose constants are kept for sharing. */
const CLOCKS_MAX = 256;

/**
 * The default engine's lower floor: three models (recursive least squares, daily profile, level
 * trackers) -> standardised residuals -> their energies over 3, 10 and 30 points, plus the size of
 * a sustained shift = nonconformity.
 *
 * Good at: spikes, shifts, changes of variance, odd hours, at any sampling interval and without
 * configuration. Weak at: ramps of many hours, spikes on sawtooth memory.
 * Answers 0 for the first 20 points. NaN and infinities are missing points: nothing is learnt.
 *
 * Cost: O(1) per point, no objects (V8 boxes about 110 bytes of numbers); 2.4 KB per series.
 * Source: spec/detection.md section 5, but for what far values teach and for the first hours.
 *
 * @param influence see `streamClock`; left out: the engine's own
 */
export function streamScorer(influence?: Influence): StreamScorer {
  const clocks = new Map<DurationMs, StreamClock>();
  const point = new PointScratch();
  return {
    name: "stream",
    version: VERSION,
    pointsMin: POINTS_BEFORE_ANSWERS + 1,
    open: (intervalMs, memory) =>
      new OpenStreamScorer(sharedClock(clocks, intervalMs, influence), point, memory),
  };
}

class OpenStreamScorer implements OpenScorer, Baseline {
  readonly #clock: StreamClock;
  readonly #point: PointScratch;
  readonly #state: StreamState;

  constructor(clock: StreamClock, point: PointScratch, memory: StateMemory | undefined) {
    this.#clock = clock;
    this.#point = point;
    this.#state = new StreamState(clock, memory);
  }

  push(atMs: EpochMs, value: number, out: Float64Array): void {
    const state = this.#state;
    const point = this.#point;
    if (!Number.isFinite(value)) {
      skipEvidence(state.numbers, this.#clock);
      out.fill(Number.NaN, 0, OUT_LENGTH);
      return;
    }
    // A branch that nearly always goes one way is cheaper than a division.
    const unit = state.numbers[UNIT] === 1 ? 1 : this.#unitFor(value);
    const own = unit === 1 ? value : value / unit;
    const limited = Math.min(Math.max(own, -VALUE_MAX), VALUE_MAX);
    stepModels(state, this.#clock, atMs, limited, point);
    stepEvidence(state.numbers, this.#clock, point, out);
    out[OUT_EXPECTED] = point.expected;
    out[OUT_LEVEL] = point.daily;
    out[OUT_SCALE] = point.typicalDaily;
    if (unit !== 1) for (let k = OUT_EXPECTED; k <= OUT_SCALE; k++) out[k]! *= unit;
    reconsider(state, this.#clock, atMs, limited, point);
  }

  get restartCount(): number {
    return this.#state.numbers[RESTARTS]!;
  }

  get baseline(): Baseline {
    return this;
  }

  get slowLevel(): number {
    return this.#state.numbers[SLOW]! * this.#unit;
  }

  get slowScale(): number {
    return this.#state.numbers[SLOW_SCALE]! * this.#unit;
  }

  get learntMs(): DurationMs {
    const { numbers } = this.#state;
    return (numbers[COUNT]! + numbers[HERITAGE]!) * this.#clock.intervalMs;
  }

  get seasonBins(): number {
    return this.#clock.seasonBins;
  }

  copySeason(out: Float64Array): void {
    out.set(this.#state.profile.subarray(0, this.#clock.seasonBins));
    const unit = this.#unit;
    if (unit !== 1) for (let bin = 0; bin < out.length; bin++) out[bin]! *= unit;
  }

  inherit(from: Baseline): void {
    const { slowLevel, slowScale = 0, learntMs = 0 } = from;
    const { numbers, profile, counts } = this.#state;
    const { intervalMs, slowRate, seasonBins } = this.#clock;
    const points = Math.min(learntMs, HERITAGE_MS) / intervalMs;
    if (!(points >= 1 && (slowLevel !== 0 || slowScale !== 0))) return;
    const unit = unitOf(Math.max(Math.abs(slowLevel), slowScale));
    numbers[UNIT] = unit;
    numbers[HERITAGE] = Math.min(points, 1 / slowRate);
    numbers[SLOW] = slowLevel / unit;
    numbers[SLOW_SCALE] = slowScale / unit;
    const season = new Float64Array(from.seasonBins);
    from.copySeason(season);
    for (let bin = 0; bin < seasonBins; bin++) {
      const usual = season[Math.floor(((bin + 0.5) * season.length) / seasonBins)]! / unit;
      if (usual === 0) continue;
      profile[bin] = usual;
      counts[bin] = 1;
    }
  }

  save(checksum?: Checksum): Uint8Array {
    return sealState(STATE_FORMAT, VERSION, this.#state.bytes(), checksum);
  }

  restore(bytes: Uint8Array, checksum?: Checksum): void {
    this.#state.restore(openState(STATE_FORMAT, VERSION, bytes, checksum));
  }

  get #unit(): number {
    return this.#state.numbers[UNIT]! || 1;
  }

  /** The series' unit: that of its first value other than 0, until values are of another world. */
  #unitFor(value: number): number {
    const { numbers } = this.#state;
    const unit = numbers[UNIT]!;
    if (value === 0) return unit || 1;
    if (unit > 0 && !outgrows(value, unit)) return unit;
    if (unit > 0) this.#state.restart();
    numbers[UNIT] = unitOf(value);
    return numbers[UNIT];
  }
}

function sharedClock(
  clocks: Map<DurationMs, StreamClock>,
  intervalMs: DurationMs,
  influence: Influence | undefined,
): StreamClock {
  const known = clocks.get(intervalMs);
  if (known !== undefined) return known;
  const clock = streamClock(intervalMs, influence);
  if (clocks.size < CLOCKS_MAX) clocks.set(intervalMs, clock);
  return clock;
}
