import { NAME_BYTES_MAX } from "../platform/place-name.ts";

/** About 8,000 names of 30 bytes; names that end like a counter's need none of it. */
export const COUNTER_BYTES_MAX = 256 * 1024;
/** What a name costs beyond its bytes, about. */
const ENTRY_BYTES = 32;

/** Metric families that their sender declared counters, beyond what names tell. Bounded in bytes. */
export class CounterNames {
  readonly #names = new Set<string>();
  #bytes = 0;
  /** Declared since the caller looked last. */
  #fresh: string[] = [];

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** @returns whether it is new; a name that is too long, or one too many, is not taken. */
  add(name: string): boolean {
    const bytes = Buffer.byteLength(name);
    if (bytes > NAME_BYTES_MAX || this.#names.has(name)) return false;
    if (this.#bytes + bytes + ENTRY_BYTES > COUNTER_BYTES_MAX) return false;
    this.#bytes += bytes + ENTRY_BYTES;
    this.#names.add(name);
    this.#fresh.push(name);
    return true;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#names.values();
  }

  takeFresh(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
