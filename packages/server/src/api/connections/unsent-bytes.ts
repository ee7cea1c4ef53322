import type { DurationMs } from "@foreshock/core/fold";
import type { DoorLimits } from "../../config/door-limits.ts";

export type UnsentLimits = Pick<DoorLimits, "unsentBytesPerKey" | "unsentBytesMax" | "stalledMs">;

/**
 * Bytes of large replies that wait for their readers: a sum per owner (a key, or an address without
 * one) and a sum of all. Where a new reply finds no room, replies without progress are cut, the longest
 * without it first.
 *
 * Cost: O(1) per piece sent; O(replies under way) for a reply that finds no room.
 */
export class UnsentBytes {
  readonly #limits: UnsentLimits;
  readonly #monotonicMs: () => DurationMs;
  readonly #replies = new Set<UnsentReply>();
  readonly #owners = new Map<string, number>();
  #all = 0;

  constructor(limits: UnsentLimits, monotonicMs: () => DurationMs) {
    this.#limits = limits;
    this.#monotonicMs = monotonicMs;
  }

  /** Bytes of all replies. */
  get all(): number {
    return this.#all;
  }

  of(owner: string): number {
    return this.#owners.get(owner) ?? 0;
  }

  /**
   * Counts a reply; undefined when there is no room for it. An owner's only reply always fits its share.
   *
   * @param cut ends the reply before its end, because its reader stands still.
   */
  open(owner: string, bytes: number, cut: () => void): UnsentReply | undefined {
    if (!this.#fits(owner, bytes)) this.#cutStalled(owner, bytes);
    if (!this.#fits(owner, bytes)) return undefined;
    const reply = new UnsentReply(owner, this.#monotonicMs, cut, (change) => {
      this.#add(owner, change);
      if (reply.bytes === 0) this.#replies.delete(reply);
    });
    this.#replies.add(reply);
    reply.grow(bytes);
    return reply;
  }

  #fits(owner: string, bytes: number): boolean {
    const { unsentBytesPerKey, unsentBytesMax } = this.#limits;
    const own = this.of(owner);
    if (own > 0 && own + bytes > unsentBytesPerKey) return false;
    return this.#all === 0 || this.#all + bytes <= unsentBytesMax;
  }

  #cutStalled(owner: string, bytes: number): void {
    const sinceMs = this.#monotonicMs() - this.#limits.stalledMs;
    const stalled = [...this.#replies]
      .filter(({ movedAtMs }) => movedAtMs <= sinceMs)
      .sort((a, b) => a.movedAtMs - b.movedAtMs);
    for (const reply of stalled) {
      if (this.#fits(owner, bytes)) return;
      const isOwn = reply.owner === owner;
      if (isOwn || this.#all + bytes > this.#limits.unsentBytesMax) reply.cut();
    }
  }

  #add(owner: string, change: number): void {
    this.#all += change;
    const own = this.of(owner) + change;
    if (own > 0) this.#owners.set(owner, own);
    else this.#owners.delete(owner);
  }
}

/** One reply that is being sent. */
export class UnsentReply {
  readonly owner: string;
  readonly #monotonicMs: () => DurationMs;
  readonly #cut: () => void;
  readonly #changed: (change: number) => void;
  #bytes = 0;
  #movedAtMs: DurationMs;

  constructor(
    owner: string,
    monotonicMs: () => DurationMs,
    cut: () => void,
    changed: (change: number) => void,
  ) {
    this.owner = owner;
    this.#monotonicMs = monotonicMs;
    this.#cut = cut;
    this.#changed = changed;
    this.#movedAtMs = monotonicMs();
  }

  /** Bytes that have not been handed to the connection yet. */
  get bytes(): number {
    return this.#bytes;
  }

  get movedAtMs(): DurationMs {
    return this.#movedAtMs;
  }

  grow(bytes: number): void {
    this.#bytes += bytes;
    this.#changed(bytes);
  }

  sent(bytes: number): void {
    this.#movedAtMs = this.#monotonicMs();
    this.#shrink(Math.min(bytes, this.#bytes));
  }

  cut(): void {
    this.done();
    this.#cut();
  }

  /** The reply is over, sent or not. Safe to call twice. */
  done(): void {
    this.#shrink(this.#bytes);
  }

  #shrink(bytes: number): void {
    if (bytes === 0) return;
    this.#bytes -= bytes;
    this.#changed(-bytes);
  }
}
