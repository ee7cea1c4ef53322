/** Places for tenants in the shared memory; two that share one are taken for one another, which harms nobody. */
const PLACES = 255;

/**
 * Requests under way of tenants that are well within their limits, counted in memory that all threads share: the
 * main thread counts, all others look before they go on with work of whoever asks for much.
 */
export class LightWork {
  /** For the constructor in other threads. */
  readonly memory: SharedArrayBuffer;
  /** All of them first, then by the place of their tenant. */
  readonly #counts: Int32Array;

  constructor(memory = new SharedArrayBuffer(4 * (PLACES + 1))) {
    this.memory = memory;
    this.#counts = new Int32Array(memory);
  }

  began(tenantId: string): void {
    Atomics.add(this.#counts, 0, 1);
    Atomics.add(this.#counts, placeOf(tenantId), 1);
  }

  ended(tenantId: string): void {
    Atomics.sub(this.#counts, 0, 1);
    Atomics.sub(this.#counts, placeOf(tenantId), 1);
  }

  /** Whether others have requests under way that go before work of this tenant. */
  isBefore(tenantId: string): boolean {
    return Atomics.load(this.#counts, 0) > 0 && Atomics.load(this.#counts, placeOf(tenantId)) === 0;
  }
}

function placeOf(tenantId: string): number {
  let hash = 0;
  for (let i = 0; i < tenantId.length; i++)
    hash = (Math.imul(hash, 31) + tenantId.charCodeAt(i)) | 0;
  return 1 + ((hash >>> 0) % PLACES);
}
