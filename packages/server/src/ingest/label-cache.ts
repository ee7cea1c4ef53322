import { ByteTable } from "./byte-table.ts";

/** Longer label sets are read from scratch each time: few senders have them, and many would fill the cache. */
const SET_BYTES_MAX = 4096;

/**
 * Names of places by the bytes of the labels they came from. Two generations of half the bytes each:
 * what was not seen for a whole generation is forgotten, the rest lives on.
 */
export class LabelCache {
  /** Where the name that `find` found stands: bytes [from, to) of `names`. */
  names = Buffer.alloc(0);
  from = 0;
  to = 0;
  readonly #bytesMax: number;
  #young: ByteTable;
  #old: ByteTable | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#young = new ByteTable(bytesMax / 2);
  }

  /** Bytes that it takes now, at most `bytesMax`. */
  get bytes(): number {
    return this.#young.bytes + (this.#old?.bytes ?? 0);
  }

  get count(): number {
    return this.#young.count + (this.#old?.count ?? 0);
  }

  find(bytes: Uint8Array, start: number, end: number): boolean {
    const index = this.#young.find(bytes, start, end);
    if (index >= 0) {
      this.#found(this.#young, index);
      return true;
    }
    const old = this.#old;
    const before = old?.find(bytes, start, end) ?? -1;
    if (old === undefined || before < 0) return false;
    this.#found(old, before);
    const { names, from, to } = this;
    this.add(bytes, start, end, names.subarray(from, to));
    return true;
  }

  /** Remembers a set that `find` does not know, unless it is too long. */
  add(bytes: Uint8Array, start: number, end: number, name: Uint8Array): void {
    if (end - start + name.length > SET_BYTES_MAX) return;
    if (this.#young.add(bytes, start, end, name)) return;
    this.#old = this.#young;
    this.#young = new ByteTable(this.#bytesMax / 2);
    this.#young.add(bytes, start, end, name);
  }

  clear(): void {
    this.#young = new ByteTable(this.#bytesMax / 2);
    this.#old = undefined;
    this.names = this.#young.arena;
  }

  #found(table: ByteTable, index: number): void {
    this.names = table.arena;
    this.from = table.from(index);
    this.to = table.to(index);
  }
}
