import type { LiveSeries } from "./live-series.ts";

/** What a point did to an episode or alarm, as far as rows are concerned. */
export type RowChange = "none" | "opened" | "extended" | "changed" | "closed";

/**
 * Rows on their way to the store: closed ones as they were when they closed, open ones as they are
 * when they are written. Written in bunches, for each write is a transaction.
 */
export class ResultRows<Row> {
  readonly #rowOf: (series: LiveSeries) => Row;
  readonly #put: (rows: readonly Row[]) => void;
  readonly #touched = new Set<LiveSeries>();
  #closed: Row[] = [];

  constructor(rowOf: (series: LiveSeries) => Row, put: (rows: readonly Row[]) => void) {
    this.#rowOf = rowOf;
    this.#put = put;
  }

  get closedCount(): number {
    return this.#closed.length;
  }

  note(series: LiveSeries, change: RowChange): void {
    if (change === "none") return;
    if (change === "closed") {
      this.#closed.push(this.#rowOf(series));
      this.#touched.delete(series);
    } else {
      this.#touched.add(series);
    }
  }

  /** A row that is finished, whatever became of its series since. */
  add(row: Row): void {
    this.#closed.push(row);
  }

  write(): void {
    if (this.#closed.length === 0 && this.#touched.size === 0) return;
    this.#put([...this.#closed, ...Array.from(this.#touched, this.#rowOf)]);
    this.#closed = [];
    this.#touched.clear();
  }
}
