/** Positions of the 32-bit numbers that all threads share; sizes are in KiB. */
const POT = 0;
const IS_TIGHT = 1;
const HOSTS = 2;
const KIB = 1024;

/** One tenant may hold this many times what is left free: two thirds of the pot where it is alone. */
const SHARE = 2;
/** A tenant may hold this part of the pot as long as there is anything left, whatever its share is. */
const MINIMUM = 1 / 64;

/**
 * The sum of what all tenants are charged for what stays, in memory that all threads see: each host
 * writes a number of its own, and everybody reads the sum. So a host can say at once whether a series may
 * be added, and no two hosts can give away the same bytes (but for one series each).
 *
 * A tenant may hold as much as twice what is left free; so there is always something left for whoever
 * comes next, and nobody has to be counted or configured. See `FairShare`.
 *
 * Cost: O(hosts) per call.
 */
export class MemoryLedger {
  readonly shared: SharedArrayBuffer;
  readonly #numbers: Int32Array;

  /** @param shared of `MemoryLedger.memory`. */
  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.#numbers = new Int32Array(shared);
  }

  /** @param potBytes what all tenants together may be charged. */
  static memory(hostCount: number, potBytes: number): SharedArrayBuffer {
    const shared = new SharedArrayBuffer(4 * (HOSTS + hostCount));
    new Int32Array(shared)[POT] = Math.floor(potBytes / KIB);
    return shared;
  }

  /** Without a bound: where nobody has set one. */
  static unbounded(hostCount: number): SharedArrayBuffer {
    return MemoryLedger.memory(hostCount, (2 ** 31 - 1) * KIB);
  }

  get potBytes(): number {
    return this.#numbers[POT]! * KIB;
  }

  /** What all hosts hold. */
  get usedBytes(): number {
    let kib = 0;
    for (let k = HOSTS; k < this.#numbers.length; k++) kib += Atomics.load(this.#numbers, k);
    return kib * KIB;
  }

  /** What one host's tenants are charged; hosts are numbered from 0. */
  heldBy(host: number): number {
    return Atomics.load(this.#numbers, HOSTS + host) * KIB;
  }

  /** @param bytes of all tenants of the host. */
  setHeld(host: number, bytes: number): void {
    Atomics.store(this.#numbers, HOSTS + host, Math.ceil(bytes / KIB));
  }

  /** The process has come close to its maximum: nothing new is admitted, whatever the sums say. */
  get isTight(): boolean {
    return Atomics.load(this.#numbers, IS_TIGHT) === 1;
  }

  set isTight(tight: boolean) {
    Atomics.store(this.#numbers, IS_TIGHT, tight ? 1 : 0);
  }

  /** Whether a tenant that holds so much may have `bytes` more. Takes nothing. */
  admits(tenantHolds: number, bytes: number): boolean {
    const free = this.potBytes - this.usedBytes - bytes;
    if (this.isTight || free < 0) return false;
    return tenantHolds + bytes <= Math.max(MINIMUM * this.potBytes, SHARE * free);
  }
}
