/** What is ordered here; it may be finished in any order. */
export interface Aged {
  readonly oldestMs: number;
  isDone: boolean;
}

/** Finished entries that may be left before they are swept out. */
const SWEEP_MIN = 32;

/**
 * The oldest of what is not done yet: a binary heap. What is done stays in it until it comes to the top
 * or outnumbers the rest. Cost: O(log n) amortised per entry.
 */
export class OldestFirst {
  #heap: Aged[] = [];
  #done = 0;

  add(entry: Aged): void {
    this.#heap.push(entry);
    this.#raise(this.#heap.length - 1);
  }

  /** Call it once per entry. */
  done(entry: Aged): void {
    entry.isDone = true;
    this.#done++;
    if (this.#done > SWEEP_MIN && 2 * this.#done > this.#heap.length) this.#sweep();
  }

  /** +Infinity when nothing is left. */
  oldestMs(): number {
    while (this.#heap[0]?.isDone === true) this.#removeTop();
    return this.#heap[0]?.oldestMs ?? Number.POSITIVE_INFINITY;
  }

  get isEmpty(): boolean {
    return this.#heap.length === this.#done;
  }

  #sweep(): void {
    const left = this.#heap.filter((entry) => !entry.isDone);
    this.#heap = left.sort((a, b) => a.oldestMs - b.oldestMs);
    this.#done = 0;
  }

  #removeTop(): void {
    const last = this.#heap.pop()!;
    this.#done--;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #raise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.oldestMs <= heap[at]!.oldestMs) return;
      [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
      at = parent;
    }
  }

  #sink(from: number): void {
    const heap = this.#heap;
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= heap.length) return;
      const isRight = right < heap.length && heap[right]!.oldestMs < heap[left]!.oldestMs;
      const child = isRight ? right : left;
      if (heap[at]!.oldestMs <= heap[child]!.oldestMs) return;
      [heap[child], heap[at]] = [heap[at]!, heap[child]!];
      at = child;
    }
  }
}
