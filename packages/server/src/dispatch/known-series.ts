import type { DurationMs, EpochMs, SeriesKey } from "@foreshock/core/fold";
import { LATEST, LATEST_LENGTH } from "../partition/protocol.ts";
import type { SeriesInfo } from "./directory.ts";
import { ASLEEP } from "./living-series.ts";

/** After what an owner says of a series: what the gate knows of it beside that. */
const NEWEST_MS = LATEST_LENGTH;
const AWAKE_UNTIL_HOUR = LATEST_LENGTH + 1;
const ROW_LENGTH = LATEST_LENGTH + 2;
/** Rows of a chunk: 360 KB. Chunks are never copied, so that no series that joins costs more than others. */
const CHUNK_ROWS = 4096;

/** A row of numbers for each series, in the order of their handles. */
export class SeriesRows {
  #chunk = new Float64Array(0);
  #next = 0;

  /** A row for a series that is new. */
  add(): { readonly chunk: Float64Array; readonly at: number } {
    if (this.#next === this.#chunk.length) {
      this.#chunk = new Float64Array(CHUNK_ROWS * ROW_LENGTH);
      this.#next = 0;
    }
    const at = this.#next;
    this.#next += ROW_LENGTH;
    this.#chunk[at + LATEST.value] = Number.NaN;
    this.#chunk[at + NEWEST_MS] = Number.NEGATIVE_INFINITY;
    this.#chunk[at + AWAKE_UNTIL_HOUR] = ASLEEP;
    return { chunk: this.#chunk, at };
  }
}

/** What does not change of a series, or seldom. */
export type SeriesNames = Pick<
  SeriesInfo,
  "handle" | "id" | "key" | "metadata" | "partition" | "index"
>;

/**
 * A series whose numbers are a row beside those of its neighbours: as fields each would be an object somewhere
 * in memory, and to take up a scored run is above all to fetch what it changes.
 */
export class KnownSeries implements SeriesInfo {
  readonly handle: number;
  readonly id: string;
  readonly key: SeriesKey;
  readonly partition: number;
  readonly index: number;
  metadata: Readonly<Record<string, string>>;
  natureChanges = 0;
  readonly #row: Float64Array;
  readonly #at: number;

  constructor(names: SeriesNames, rows: SeriesRows) {
    this.handle = names.handle;
    this.id = names.id;
    this.key = names.key;
    this.partition = names.partition;
    this.index = names.index;
    this.metadata = names.metadata;
    const { chunk, at } = rows.add();
    this.#row = chunk;
    this.#at = at;
  }

  /** Takes over what an owner says; it begins at `latest[from]`. */
  update(latest: Float64Array, from: number): void {
    const row = this.#row;
    const at = this.#at;
    for (let k = 0; k < LATEST_LENGTH; k++) row[at + k] = latest[from + k]!;
  }

  get lastMs(): EpochMs {
    return this.#row[this.#at + LATEST.atMs]!;
  }

  get lastValue(): number {
    return this.#row[this.#at + LATEST.value]!;
  }

  get score(): number {
    return this.#row[this.#at + LATEST.score]!;
  }

  get pointCount(): number {
    return this.#row[this.#at + LATEST.pointCount]!;
  }

  get intervalMs(): DurationMs {
    return this.#row[this.#at + LATEST.intervalMs]!;
  }

  get firstMs(): EpochMs {
    return this.#row[this.#at + LATEST.firstMs]!;
  }

  get sinceMs(): EpochMs {
    return this.#row[this.#at + LATEST.sinceMs]!;
  }

  get episodeScore(): number {
    return this.#row[this.#at + LATEST.episodeScore]!;
  }

  get ended(): boolean {
    return this.#row[this.#at + LATEST.ended] === 1;
  }

  get newestMs(): EpochMs {
    return this.#row[this.#at + NEWEST_MS]!;
  }

  set newestMs(atMs: EpochMs) {
    this.#row[this.#at + NEWEST_MS] = atMs;
  }

  get awakeUntilHour(): number {
    return this.#row[this.#at + AWAKE_UNTIL_HOUR]!;
  }

  set awakeUntilHour(hour: number) {
    this.#row[this.#at + AWAKE_UNTIL_HOUR] = hour;
  }
}
