/** Which nodes have to be folded again, and from which step on. */
export class LateMarks {
  readonly #fromStep = new Map<number, number>();

  get any(): boolean {
    return this.#fromStep.size > 0;
  }

  mark(node: number, step: number): void {
    const known = this.#fromStep.get(node);
    if (known === undefined || step < known) this.#fromStep.set(node, step);
  }

  /** All marks by node number; they are gone afterwards. */
  take(): readonly (readonly [node: number, fromStep: number])[] {
    const marks = this.all();
    this.#fromStep.clear();
    return marks;
  }

  all(): readonly (readonly [node: number, fromStep: number])[] {
    return [...this.#fromStep].sort(([a], [b]) => a - b);
  }
}
