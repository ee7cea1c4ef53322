import type { DurationMs } from "@foreshock/core/fold";
import type { LightWork } from "./light-work.ts";

/** Longest that work is held back at a stretch, and the share of time that it may be in the long run. */
const HELD_MAX_MS: DurationMs = 50;
const HELD_SHARE = 0.5;

/**
 * Holds a thread's work back while requests of others go before it, so that they have the cores: threads of one
 * process share them, and five that are busy for one tenant leave a sixth of a core to another's. At most for half
 * of the time: whoever asks for much goes on in any case.
 */
export class Courtesy {
  readonly #light: Pick<LightWork, "isBefore"> | undefined;
  readonly #monotonicMs: () => number;
  /** Of time that work may be held back. */
  #leftMs: DurationMs = HELD_MAX_MS;
  #atMs = 0;
  #isHolding = false;

  /** Without shared counts nothing is held back. */
  constructor(light: Pick<LightWork, "isBefore"> | undefined, monotonicMs: () => number) {
    this.#light = light;
    this.#monotonicMs = monotonicMs;
  }

  /** Whether a unit of the tenant's work may be done now. To be asked again within a millisecond or two where not. */
  mayGo(tenantId: string): boolean {
    const isBehind = this.#light?.isBefore(tenantId) === true;
    if (!isBehind && !this.#isHolding) return true;
    const nowMs = this.#monotonicMs();
    const passedMs = nowMs - this.#atMs;
    this.#leftMs += (this.#isHolding ? HELD_SHARE - 1 : HELD_SHARE) * passedMs;
    this.#leftMs = Math.min(HELD_MAX_MS, this.#leftMs);
    this.#atMs = nowMs;
    this.#isHolding = isBehind && this.#leftMs > 0;
    return !this.#isHolding;
  }
}
