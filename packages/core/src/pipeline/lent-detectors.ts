import { SILENCE_STATE_LENGTH, SilenceDetector } from "../engine/absence/silence-detector.ts";
import type { DurationMs } from "../model/time.ts";

/** A detector with the state of one series in it, until it is taken back. */
export interface LentDetector {
  readonly state: Float64Array;
  readonly detector: SilenceDetector;
}

/**
 * One silence detector per stride for any number of series: their states are in shared columns and
 * are copied into a detector and back.
 */
export class LentDetectors {
  readonly #stepMs: DurationMs;
  readonly #byStride = new Map<number, LentDetector>();

  /** @param stepMs the tenant's grid */
  constructor(stepMs: DurationMs) {
    this.#stepMs = stepMs;
  }

  /** The detector with the state of a series in it; hand it to `takeBack` afterwards. */
  lend(stride: number, states: Float64Array, series: number): LentDetector {
    const steps = Math.max(1, stride);
    let lent = this.#byStride.get(steps);
    if (lent === undefined) {
      const state = new Float64Array(SILENCE_STATE_LENGTH);
      lent = { state, detector: new SilenceDetector(steps * this.#stepMs, state) };
      this.#byStride.set(steps, lent);
    }
    copyState(states, series, lent.state, 0);
    return lent;
  }
}

/** Writes the state of a lent detector back into its column. */
export function takeBack({ state }: LentDetector, states: Float64Array, series: number): void {
  copyState(state, 0, states, series);
}

/** State number `from` of one column becomes state number `to` of another. */
export function copyState(
  source: Float64Array,
  from: number,
  target: Float64Array,
  to: number,
): void {
  const sourceAt = from * SILENCE_STATE_LENGTH;
  const targetAt = to * SILENCE_STATE_LENGTH;
  for (let i = 0; i < SILENCE_STATE_LENGTH; i++) target[targetAt + i] = source[sourceAt + i]!;
}
