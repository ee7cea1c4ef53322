import type { AppendOutcome } from "../store/partition/placement.ts";
import type { AppendPart } from "./protocol.ts";

/** One stored batch that waits for detection; runs are taken one by one. */
export interface QueuedBatch {
  readonly ticket: number;
  /** In order of arrival, whoever sent it. */
  readonly sequence: number;
  readonly handles: Int32Array;
  readonly ends: Int32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** What the store said of each run: points that changed something, and where the fold must restart. */
  readonly changedPoints: Uint32Array;
  readonly lateFromMs: Float64Array;
  nextRun: number;
  /** The store's position that made the batch durable; 0 before its commit. */
  position: number;
}

/** Stored batches in order of arrival. First in, first out, without shifting arrays. */
export class DetectionQueue {
  #batches: QueuedBatch[] = [];
  #first = 0;

  get isEmpty(): boolean {
    return this.#first === this.#batches.length;
  }

  add(ticket: number, sequence: number, part: AppendPart, outcome: AppendOutcome): void {
    const { handles, ends, times, values } = part;
    const columns = { ticket, sequence, handles, ends, times, values };
    this.#batches.push({ ...columns, ...outcome, nextRun: 0, position: 0 });
  }

  /** The batches that came since the last commit are durable under this position. */
  committed(position: number): void {
    for (let k = this.#batches.length - 1; k >= this.#first; k--) {
      const batch = this.#batches[k]!;
      if (batch.position > 0) return;
      batch.position = position;
    }
  }

  head(): QueuedBatch | undefined {
    return this.#batches[this.#first];
  }

  /** Takes out the batches that `isMeant`, with what is left to do in them. Cost: O(queue). */
  takeOut(isMeant: (batch: QueuedBatch) => boolean): QueuedBatch[] {
    const waiting = this.#batches.slice(this.#first);
    this.#batches = waiting.filter((batch) => !isMeant(batch));
    this.#first = 0;
    return waiting.filter(isMeant);
  }

  removeHead(): void {
    this.#first++;
    if (this.#first > 1024 && 2 * this.#first > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#first);
      this.#first = 0;
    }
    if (this.isEmpty) {
      this.#batches = [];
      this.#first = 0;
    }
  }
}
