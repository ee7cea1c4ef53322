import type { PointBatch } from "../codec/point-batch.ts";
import { encodeRecord, type HeadSnapshot, type LogRecord } from "./log-record.ts";

/** What was appended since the last commit, collected for one log record. */
export class LogBuffer {
  #ids = new Uint32Array(256);
  #counts = new Uint32Array(256);
  #changedFromMs = new Float64Array(256);
  #times = new Float64Array(1024);
  #values = new Float64Array(1024);
  #runCount = 0;
  #pointCount = 0;

  get empty(): boolean {
    return this.#runCount === 0;
  }

  get pointCount(): number {
    return this.#pointCount;
  }

  /** Adds run `r` of the batch, whose points start at `from`. */
  add(batch: PointBatch, r: number, from: number, changedFromMs: number): void {
    const count = batch.counts[r]!;
    this.#makeRoom(count);
    this.#ids[this.#runCount] = batch.seriesIds[r]!;
    this.#counts[this.#runCount] = count;
    this.#changedFromMs[this.#runCount] = changedFromMs;
    this.#runCount++;
    for (let i = 0; i < count; i++) {
      this.#times[this.#pointCount + i] = batch.timestampsMs[from + i]!;
      this.#values[this.#pointCount + i] = batch.values[from + i]!;
    }
    this.#pointCount += count;
  }

  /** The record of all that was added, with `heads` after it. */
  encode(heads: readonly HeadSnapshot[]): Uint8Array {
    return encodeRecord(this.#record(heads));
  }

  clear(): void {
    this.#runCount = 0;
    this.#pointCount = 0;
  }

  #record(heads: readonly HeadSnapshot[]): LogRecord {
    return {
      seriesIds: this.#ids.subarray(0, this.#runCount),
      counts: this.#counts.subarray(0, this.#runCount),
      changedFromMs: this.#changedFromMs.subarray(0, this.#runCount),
      timestampsMs: this.#times.subarray(0, this.#pointCount),
      values: this.#values.subarray(0, this.#pointCount),
      heads,
    };
  }

  #makeRoom(count: number): void {
    if (this.#runCount === this.#ids.length) {
      this.#ids = doubled(this.#ids, new Uint32Array(this.#ids.length * 2));
      this.#counts = doubled(this.#counts, new Uint32Array(this.#counts.length * 2));
      const changed = new Float64Array(this.#changedFromMs.length * 2);
      this.#changedFromMs = doubled(this.#changedFromMs, changed);
    }
    if (this.#pointCount + count <= this.#values.length) return;
    const room = Math.max(this.#values.length * 2, this.#pointCount + count);
    this.#times = doubled(this.#times, new Float64Array(room));
    this.#values = doubled(this.#values, new Float64Array(room));
  }
}

function doubled<Column extends Float64Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
