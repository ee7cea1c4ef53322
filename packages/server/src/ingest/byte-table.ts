import { randomInt } from "node:crypto";

/** Slots looked at before a key is given up: bounds what a sender of colliding keys can cost. */
const PROBES_MAX = 32;
const MIX = 0x0100_0193;
const FINISH = 0x85eb_ca6b;
/** Other seed, other collisions: nobody outside can know which keys share a slot. */
const SEED = randomInt(2 ** 31);

/**
 * Values found by a run of bytes inside a larger buffer, without making a string of it. Measured
 * against a `Map` of latin-1 strings on label sets of 120 bytes: twice as fast.
 *
 * Holds at most `countMax` keys, and keeps a copy of each. A key that finds no slot is not kept.
 */
export class ByteTable<Value> {
  readonly #countMax: number;
  #slots = new Int32Array(1024);
  #hashes = new Int32Array(512);
  #starts = new Int32Array(513);
  #arena = Buffer.allocUnsafe(64 * 1024);
  readonly #values: Value[] = [];

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get full(): boolean {
    return this.#values.length >= this.#countMax;
  }

  get(bytes: Uint8Array, start: number, end: number): Value | undefined {
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const index = this.#slots[(hash + probe) & mask]! - 1;
      if (index < 0) return undefined;
      if (this.#hashes[index] === hash && this.#holds(index, bytes, start, end)) {
        return this.#values[index];
      }
    }
    return undefined;
  }

  /** Adds a key that `get` does not find. Does nothing when the table is full. */
  add(bytes: Uint8Array, start: number, end: number, value: Value): void {
    const index = this.#values.length;
    if (index >= this.#countMax) return;
    if (index >= this.#hashes.length) this.#grow();
    const hash = hashOf(bytes, start, end);
    const slot = freeSlot(this.#slots, hash);
    if (slot < 0) return;
    const from = this.#starts[index]!;
    const to = from + end - start;
    if (to > this.#arena.length) this.#widen(to);
    for (let i = start; i < end; i++) this.#arena[from + i - start] = bytes[i]!;
    this.#slots[slot] = index + 1;
    this.#hashes[index] = hash;
    this.#starts[index + 1] = to;
    this.#values.push(value);
  }

  #holds(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const arena = this.#arena;
    const from = this.#starts[index]!;
    if (this.#starts[index + 1]! - from !== end - start) return false;
    for (let i = start, k = from; i < end; i++, k++) if (arena[k] !== bytes[i]) return false;
    return true;
  }

  /** Twice the keys; slots are kept half empty. Keys that find no slot any more are forgotten. */
  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    const starts = new Int32Array(hashes.length + 1);
    starts.set(this.#starts);
    const slots = new Int32Array(hashes.length * 2);
    for (let index = 0; index < this.#values.length; index++) {
      const slot = freeSlot(slots, hashes[index]!);
      if (slot >= 0) slots[slot] = index + 1;
    }
    this.#hashes = hashes;
    this.#starts = starts;
    this.#slots = slots;
  }

  #widen(bytesMin: number): void {
    const arena = Buffer.allocUnsafe(Math.max(bytesMin, this.#arena.length * 2));
    this.#arena.copy(arena);
    this.#arena = arena;
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
