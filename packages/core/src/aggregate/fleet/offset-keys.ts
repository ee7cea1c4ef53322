import type { ByteTally } from "./point-list.ts";
import { widest } from "./wide-column.ts";

/** How many chunks have the same column. */
interface Sharing {
  users: number;
}

/**
 * What a chunk of points keeps of each series beside its p: an offset, or one of the marks for "nothing" and "claim".
 * Series that are scraped have the same offset in each step, so that many steps can share one column: it is copied
 * before one of them changes it. Bytes of a shared column are counted once.
 */
export class OffsetKeys {
  /** Not to be written to: `set` knows whose it is. */
  column: Uint16Array | Uint32Array;
  readonly #isWide: boolean;
  readonly #tally: ByteTally;
  #sharing: Sharing | undefined;

  constructor(isWide: boolean, length: number, tally: ByteTally) {
    this.#isWide = isWide;
    this.#tally = tally;
    this.column = widest(isWide, length);
    tally.bytes += this.column.byteLength;
  }

  /** Its part of a column that is shared. */
  get bytes(): number {
    return this.column.byteLength / (this.#sharing?.users ?? 1);
  }

  set(series: number, key: number): void {
    if (this.#sharing !== undefined) this.#part(this.column.length);
    this.column[series] = key;
  }

  widen(length: number): void {
    this.#part(length);
  }

  /** Has one column with another from now on, where theirs are equal. Cost: the series. */
  share(other: OffsetKeys): void {
    const { column } = this;
    if (this.#sharing !== undefined || !isEqual(column, other.column)) return;
    other.#sharing ??= { users: 1 };
    other.#sharing.users++;
    this.#sharing = other.#sharing;
    this.column = other.column;
    this.#tally.bytes -= column.byteLength;
  }

  /** Nobody will ask it any more. */
  drop(): void {
    const isLast = this.#sharing === undefined || --this.#sharing.users === 0;
    if (isLast) this.#tally.bytes -= this.column.byteLength;
  }

  /** A column of its own, of this length. */
  #part(length: number): void {
    const { column } = this;
    this.drop();
    this.#sharing = undefined;
    this.column = widest(this.#isWide, length);
    this.column.set(column);
    this.#tally.bytes += this.column.byteLength;
  }
}

function isEqual(a: Uint16Array | Uint32Array, b: Uint16Array | Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
