import { randomInt } from "node:crypto";
import { startOf } from "@foreshock/core/fold";

/** Slots looked at before a key is given up: bounds what a sender of colliding keys can cost. */
const PROBES_MAX = 32;
const MIX = 0x0100_0193;
const FINISH = 0x85eb_ca6b;
/** Other seed, other collisions: nobody outside can know which keys share a slot. */
const SEED = randomInt(2 ** 31);
const FIRST_KEYS = 32;
const FIRST_BYTES = 4096;
/** Two slots, a hash and two positions of 4 bytes for each key there is room for. */
const BYTES_PER_KEY = 20;

/**
 * Runs of bytes (values) found by a run of bytes (a key) inside a larger buffer, without making a
 * string of either. Measured against a `Map` of latin-1 strings on label sets of 120 bytes: twice as
 * fast; twice as fast again where keys are asked for in the order in which they were added.
 *
 * Takes at most `bytesMax` bytes, all of it counted. A key that finds no slot or no room is not kept.
 */
export class ByteTable {
  /** Keys and values, each key followed by its value; only `from` and `to` say where. */
  arena = Buffer.allocUnsafeSlow(FIRST_BYTES);
  readonly #bytesMax: number;
  #slots = new Int32Array(2 * FIRST_KEYS);
  #hashes = new Int32Array(FIRST_KEYS);
  /** Where key i ends, and where its value ends, which is where key i + 1 begins. */
  #keyEnds = new Int32Array(FIRST_KEYS);
  #ends = new Int32Array(FIRST_KEYS);
  #count = 0;
  /** The key after the one that was found last: senders name their series in the same order each time. */
  #next = 0;
  /** Keys that were not the next one. */
  lookUps = 0;

  /** @param bytesMax below 2^31, so that positions fit into 32 bits. */
  constructor(bytesMax: number) {
    this.#bytesMax = Math.min(bytesMax, 2 ** 31 - 1);
  }

  /** Bytes that it takes now. */
  get bytes(): number {
    return this.arena.length + BYTES_PER_KEY * this.#hashes.length;
  }

  get count(): number {
    return this.#count;
  }

  /** The number of a key; -1 where it is not known. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const next = this.#next;
    const isNext = next < this.#count && this.#holds(next, bytes, start, end);
    const index = isNext ? next : this.#lookUp(bytes, start, end);
    if (index >= 0) this.#next = index + 1;
    return index;
  }

  #lookUp(bytes: Uint8Array, start: number, end: number): number {
    this.lookUps++;
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const index = this.#slots[(hash + probe) & mask]! - 1;
      if (index < 0) return -1;
      if (this.#hashes[index] === hash && this.#holds(index, bytes, start, end)) return index;
    }
    return -1;
  }

  /** Where the value of a key stands in the arena. */
  from(index: number): number {
    return this.#keyEnds[index]!;
  }

  to(index: number): number {
    return this.#ends[index]!;
  }

  /** Adds a key that `find` does not know. False, and nothing is kept, where there is no room left. */
  add(bytes: Uint8Array, start: number, end: number, value: Uint8Array): boolean {
    const index = this.#count;
    const from = startOf(this.#ends, index);
    const keyEnd = from + end - start;
    const to = keyEnd + value.length;
    if (!this.#makeRoom(to)) return false;
    const hash = hashOf(bytes, start, end);
    const slot = freeSlot(this.#slots, hash);
    if (slot < 0) return true;
    for (let i = start; i < end; i++) this.arena[from + i - start] = bytes[i]!;
    this.arena.set(value, keyEnd);
    this.#slots[slot] = index + 1;
    this.#hashes[index] = hash;
    this.#keyEnds[index] = keyEnd;
    this.#ends[index] = to;
    this.#count = index + 1;
    return true;
  }

  #holds(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { arena } = this;
    const from = startOf(this.#ends, index);
    if (this.#keyEnds[index]! - from !== end - start) return false;
    // From behind: neighbours mostly begin alike.
    const shift = from - start;
    for (let i = end - 1; i >= start; i--) if (arena[i + shift] !== bytes[i]) return false;
    return true;
  }

  /** Room for one more key and an arena up to `to`; false where that would be over the limit. */
  #makeRoom(to: number): boolean {
    const keys = this.#hashes.length * (this.#count === this.#hashes.length ? 2 : 1);
    const arenaMax = this.#bytesMax - BYTES_PER_KEY * keys;
    if (to > arenaMax) return false;
    if (to > this.arena.length) {
      const arena = Buffer.allocUnsafeSlow(Math.min(arenaMax, Math.max(to, 2 * this.arena.length)));
      arena.set(this.arena);
      this.arena = arena;
    }
    // An arena that had grown before may leave too little for twice the keys.
    if (this.arena.length > arenaMax) return false;
    if (keys > this.#hashes.length) this.#growTo(keys);
    return true;
  }

  /** Slots are kept half empty. Keys that find no slot any more are forgotten. */
  #growTo(keys: number): void {
    const hashes = new Int32Array(keys);
    hashes.set(this.#hashes);
    const slots = new Int32Array(2 * keys);
    for (let index = 0; index < this.#count; index++) {
      const slot = freeSlot(slots, hashes[index]!);
      if (slot >= 0) slots[slot] = index + 1;
    }
    const keyEnds = new Int32Array(keys);
    keyEnds.set(this.#keyEnds);
    const ends = new Int32Array(keys);
    ends.set(this.#ends);
    this.#hashes = hashes;
    this.#slots = slots;
    this.#keyEnds = keyEnds;
    this.#ends = ends;
  }
}

/** -1 when none is free within the probes. */
function freeSlot(slots: Int32Array, hash: number): number {
  const mask = slots.length - 1;
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const slot = (hash + probe) & mask;
    if (slots[slot] === 0) return slot;
  }
  return -1;
}

/** Four bytes a step, FNV's multiplier, one last mix so that low bits depend on all. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ word, MIX);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, MIX);
  hash = Math.imul(hash ^ (hash >>> 16), FINISH);
  return hash ^ (hash >>> 13);
}
