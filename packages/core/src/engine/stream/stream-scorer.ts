import { type Checksum, openState, sealState } from "../../model/state-bytes.ts";
import type { StateMemory } from "../../model/state-memory.ts";
import type { DurationMs, EpochMs } from "../../model/time.ts";
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

const { expected: OUT_EXPECTED, level: OUT_LEVEL, scale: OUT_SCALE } = SCORER_OUT;
const { RESTARTS, SLOW } = STATE;
const OUT_LENGTH = SCORER_OUT_LENGTH;

const STATE_FORMAT = 0x53;
const VERSION = 5;

/** Larger values count as this large, so that squares and differences stay finite. */
const VALUE_MAX = 1e36;

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
      skipEvidence(state.numbers);
      out.fill(Number.NaN, 0, OUT_LENGTH);
      return;
    }
    const limited = Math.min(Math.max(value, -VALUE_MAX), VALUE_MAX);
    stepModels(state, this.#clock, atMs, limited, point);
    stepEvidence(state.numbers, point, out);
    out[OUT_EXPECTED] = point.expected;
    out[OUT_LEVEL] = point.daily;
    out[OUT_SCALE] = point.typicalDaily;
    reconsider(state, this.#clock, atMs, limited, point);
  }

  get restartCount(): number {
    return this.#state.numbers[RESTARTS]!;
  }

  get baseline(): Baseline {
    return this;
  }

  get slowLevel(): number {
    return this.#state.numbers[SLOW]!;
  }

  get seasonBins(): number {
    return this.#clock.seasonBins;
  }

  copySeason(out: Float64Array): void {
    out.set(this.#state.profile.subarray(0, this.#clock.seasonBins));
  }

  save(checksum?: Checksum): Uint8Array {
    return sealState(STATE_FORMAT, VERSION, this.#state.bytes(), checksum);
  }

  restore(bytes: Uint8Array, checksum?: Checksum): void {
    this.#state.restore(openState(STATE_FORMAT, VERSION, bytes, checksum));
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
