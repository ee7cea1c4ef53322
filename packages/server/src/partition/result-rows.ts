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
  readonly #failed: (series: LiveSeries, error: unknown) => void;
  readonly #touched = new Set<LiveSeries>();
  #closed: Row[] = [];

  /** @param failed a series whose row cannot be made, which is left out. */
  constructor(
    rowOf: (series: LiveSeries) => Row,
    put: (rows: readonly Row[]) => void,
    failed: (series: LiveSeries, error: unknown) => void,
  ) {
    this.#rowOf = rowOf;
    this.#put = put;
    this.#failed = failed;
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

  /** The series' fold is not what it was: what it has open is said again by what follows. */
  forget(series: LiveSeries): void {
    this.#touched.delete(series);
  }

  write(): void {
    if (this.#closed.length === 0 && this.#touched.size === 0) return;
    this.#put([...this.#closed, ...this.#open()]);
    this.#closed = [];
    this.#touched.clear();
  }

  *#open(): Iterable<Row> {
    for (const series of this.#touched) {
      try {
        yield this.#rowOf(series);
      } catch (error) {
        this.#touched.delete(series);
        this.#failed(series, error);
      }
    }
  }
}
