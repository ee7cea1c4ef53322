/** Steps that wait, smallest first, whatever order they came in. O(log n) per step, 8 bytes each. */
export class StepQueue {
  readonly #heap: number[] = [];

  get count(): number {
    return this.#heap.length;
  }

  /** Each step is added once. */
  add(step: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(step);
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if (heap[above]! <= step) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = step;
  }

  /** The smallest step; Infinity without any. */
  first(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0]!;
  }

  removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]! < heap[below]!) below++;
      if (heap[below]! >= last) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }

  /** All steps, ascending. O(n log n). */
  all(): number[] {
    return this.#heap.toSorted((a, b) => a - b);
  }
}
