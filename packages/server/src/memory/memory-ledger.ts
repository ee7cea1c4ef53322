/** Positions of the 32-bit numbers that all threads share; sizes are in KiB. */
const POT = 0;
const IS_TIGHT = 1;
/** From here on two numbers for each host: what its tenants hold, and what of it is beyond their parts. */
const HOSTS = 2;
const KIB = 1024;

/** This part of the pot is kept for tenants that hold less than their guaranteed part of it. */
const RESERVED = 1 / 3;
/** Tenants for which the reserve is enough whatever the others do. */
const GUARANTEED_TENANTS = 8;
/** From the rest one tenant may hold this many times what is left of it: three quarters when alone. */
const SHARE = 3;

/**
 * The sum of what all tenants are charged for what stays, in memory that all threads see: each host
 * writes numbers of its own, and everybody reads the sums. So a host can say at once whether a series may
 * be added, and no two hosts can give away the same bytes (but for one series each).
 *
 * What stays is not given back, so a share alone would leave the last ones nothing. Each tenant has a
 * guaranteed part that nobody else can take; beyond it, it takes from the common rest, but never all.
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
    const shared = new SharedArrayBuffer(4 * (HOSTS + 2 * hostCount));
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

  /** What a tenant may hold whatever the others do, while there are not too many of them. */
  get guaranteedBytes(): number {
    return (RESERVED * this.potBytes) / GUARANTEED_TENANTS;
  }

  /** What all hosts hold. */
  get usedBytes(): number {
    return this.#sum(0);
  }

  /** What one host's tenants are charged; hosts are numbered from 0. */
  heldBy(host: number): number {
    return Atomics.load(this.#numbers, HOSTS + 2 * host) * KIB;
  }

  /** @param beyond what of the bytes goes beyond the guaranteed parts of the host's tenants. */
  setHeld(host: number, bytes: number, beyond: number): void {
    Atomics.store(this.#numbers, HOSTS + 2 * host, Math.ceil(bytes / KIB));
    Atomics.store(this.#numbers, HOSTS + 2 * host + 1, Math.ceil(beyond / KIB));
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
    const { potBytes, guaranteedBytes } = this;
    if (this.isTight || this.usedBytes + bytes > potBytes) return false;
    const beyond = tenantHolds + bytes - guaranteedBytes;
    if (beyond <= 0) return true;
    const more = Math.min(bytes, beyond);
    const free = (1 - RESERVED) * potBytes - this.#sum(1) - more;
    return beyond <= SHARE * free;
  }

  #sum(which: 0 | 1): number {
    let kib = 0;
    for (let k = HOSTS + which; k < this.#numbers.length; k += 2) {
      kib += Atomics.load(this.#numbers, k);
    }
    return kib * KIB;
  }
}
