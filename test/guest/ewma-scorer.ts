import {
  type OpenScorer,
  openState,
  SCORER_OUT,
  type StreamScorer,
  sealState,
  unreadable,
} from "@foreshock/core";

/** Weight of the latest point in level and spread: they follow over about 30 points. */
const ALPHA = 1 / 30;
/** A spread below this share of the level is arithmetic, not behaviour. */
const SCALE_MIN_SHARE = 1e-6;
const FORMAT = 0x47;
const VERSION = 1;

/** A guest's engine: the distance from an exponentially weighted mean, in mean distances. */
export function ewmaScorer(): StreamScorer {
  return { name: "ewma", version: VERSION, pointsMin: 2, open: () => new OpenEwma() };
}

class OpenEwma implements OpenScorer {
  readonly #state = Float64Array.of(Number.NaN, 0);

  push(_atMs: number, value: number, out: Float64Array): void {
    out.fill(Number.NaN);
    const [level, spread] = this.#state as unknown as readonly [number, number];
    out[SCORER_OUT.expected] = level;
    out[SCORER_OUT.level] = level;
    if (!Number.isFinite(value)) return;
    const known = Number.isNaN(level) ? value : level;
    const distance = Math.abs(value - known);
    const scale = Math.max(spread, SCALE_MIN_SHARE * Math.abs(known), Number.MIN_VALUE);
    out[SCORER_OUT.scale] = scale;
    out[SCORER_OUT.nonconformity] = Math.min(distance / scale, Number.MAX_VALUE);
    this.#state[0] = known + ALPHA * (value - known);
    this.#state[1] = spread + ALPHA * (distance - spread);
  }

  save(): Uint8Array {
    return sealState(FORMAT, VERSION, new Uint8Array(this.#state.slice().buffer));
  }

  restore(bytes: Uint8Array): void {
    const payload = openState(FORMAT, VERSION, bytes);
    if (payload.length !== this.#state.byteLength) throw unreadable("the length does not fit");
    this.#state.set(new Float64Array(payload.slice().buffer));
  }
}
