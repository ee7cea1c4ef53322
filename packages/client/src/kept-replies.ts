/** A reply with the name of the state it was made from. */
export interface KeptReply {
  readonly tag: string;
  readonly body: unknown;
  readonly chars: number;
}

/** Replies are kept up to this many characters of JSON together; larger ones are not kept at all. */
const CHARS_MAX = 16_000_000;
const REPLIES_MAX = 200;

/**
 * The last reply of each address that the server tagged, so that "nothing has changed" can be answered
 * without a body. Callers are given the same object again: they must not write to it.
 */
export class KeptReplies {
  /** Least recently used first. */
  readonly #byUrl = new Map<string, KeptReply>();
  #chars = 0;

  find(url: string): KeptReply | undefined {
    const kept = this.#byUrl.get(url);
    if (kept === undefined) return undefined;
    this.#byUrl.delete(url);
    this.#byUrl.set(url, kept);
    return kept;
  }

  keep(url: string, tag: string, body: unknown, chars: number): void {
    this.#drop(url);
    if (chars > CHARS_MAX) return;
    this.#byUrl.set(url, { tag, body, chars });
    this.#chars += chars;
    for (const oldest of this.#byUrl.keys()) {
      if (this.#chars <= CHARS_MAX && this.#byUrl.size <= REPLIES_MAX) return;
      this.#drop(oldest);
    }
  }

  #drop(url: string): void {
    this.#chars -= this.#byUrl.get(url)?.chars ?? 0;
    this.#byUrl.delete(url);
  }
}
