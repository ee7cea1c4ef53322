import { SILENCE_STATE_LENGTH, SilenceDetector } from "../engine/absence/silence-detector.ts";
import { type DurationMs, HOUR_MS } from "../model/time.ts";

/**
 * What was there for less than this has no habits yet, and nobody misses it: the pods of a working day, of
 * a nightly job, of an hourly deploy. Shorter than a day, so that what came yesterday morning counts.
 */
export const HABIT_MS: DurationMs = 20 * HOUR_MS;

/**
 * One silence detector per stride for any number of series: it works on the states in shared columns, one
 * after the other.
 */
export class LentDetectors {
  readonly #stepMs: DurationMs;
  readonly #byStride = new Map<number, SilenceDetector>();
  #stride = 0;
  #newest: SilenceDetector | undefined;

  /** @param stepMs the tenant's grid */
  constructor(stepMs: DurationMs) {
    this.#stepMs = stepMs;
  }

  /** The detector on the state of a series, until the next call. */
  lend(stride: number, states: Float64Array, series: number): SilenceDetector {
    const detector =
      this.#newest !== undefined && stride === this.#stride ? this.#newest : this.#other(stride);
    detector.use(states, series);
    return detector;
  }

  #other(stride: number): SilenceDetector {
    const steps = Math.max(1, stride);
    let detector = this.#byStride.get(steps);
    if (detector === undefined) {
      detector = new SilenceDetector(steps * this.#stepMs, undefined, HABIT_MS);
      this.#byStride.set(steps, detector);
    }
    this.#stride = stride;
    this.#newest = detector;
    return detector;
  }
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
