import type { EpochMs } from "@foreshock/core/fold";

/**
 * The oldest change of each series that no fold has seen: what a crash cut off, or what a host had sent
 * and left behind.
 */
export class UnseenChanges {
  readonly #fromMs = new Map<number, EpochMs>();

  note(storeId: number, changedFromMs: EpochMs): void {
    const known = this.#fromMs.get(storeId) ?? Number.POSITIVE_INFINITY;
    this.#fromMs.set(storeId, Math.min(known, changedFromMs));
  }

  /** +Infinity where there is none. It counts as seen from now on. */
  take(storeId: number): EpochMs {
    const changedFromMs = this.#fromMs.get(storeId) ?? Number.POSITIVE_INFINITY;
    this.#fromMs.delete(storeId);
    return changedFromMs;
  }
}
