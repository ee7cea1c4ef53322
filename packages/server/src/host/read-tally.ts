import type { DurationMs } from "@foreshock/core/fold";
import type { PostToMain } from "./host-desk.ts";

/** At the latest after this long, the main thread hears what reads have cost. */
const SAY_AFTER_MS = 50;
/** A point that an owner looked at, in cells: 1 µs. */
const CELLS_PER_POINT = 50;

/** What the reads of tenants cost beyond what each request pays for by itself: the main thread charges it. */
export class ReadTally {
  readonly #post: PostToMain;
  readonly #after: (delayMs: DurationMs, work: () => void) => void;
  /** In cells of 20 ns, by tenant. */
  readonly #cells = new Map<string, number>();

  constructor(post: PostToMain, after: (delayMs: DurationMs, work: () => void) => void) {
    this.#post = post;
    this.#after = after;
  }

  /** A read has cost so many cells here. */
  read(tenantId: string, cells: number): void {
    if (this.#cells.size === 0) this.#after(SAY_AFTER_MS, () => this.#say());
    this.#cells.set(tenantId, (this.#cells.get(tenantId) ?? 0) + cells);
  }

  /** An owner has looked at so many points for an answer. */
  looked(tenantId: string, points: number): void {
    this.read(tenantId, CELLS_PER_POINT * points);
  }

  #say(): void {
    for (const [tenantId, cells] of this.#cells) this.#post({ type: "read-cost", tenantId, cells });
    this.#cells.clear();
  }
}
