import type { PartitionStore } from "../store/partition/partition-store.ts";
import type { AlarmEntry } from "../store/table/alarm-table.ts";
import type { EpisodeEntry } from "../store/table/episode-table.ts";
import { alarmEntry } from "./alarm-rows.ts";
import { episodeRow } from "./episode-rows.ts";
import type { LiveSeries } from "./live-series.ts";
import { type SeriesOf, ToldAhead } from "./read/told-ahead.ts";
import { ResultRows } from "./result-rows.ts";

/** Closed episodes are written in bunches: each write is a transaction. */
const CLOSED_MAX = 2000;

/** What a partition's folds found, on its way to the store, and what is said of it there. */
export class Results {
  readonly episodes: ResultRows<EpisodeEntry>;
  readonly alarms: ResultRows<AlarmEntry>;
  /** Episodes that are over and wait to be called something. */
  readonly ahead: ToldAhead;

  /**
   * @param store its tables are others once it was opened again.
   * @param failed a series whose row cannot be made, which is left out.
   */
  constructor(
    store: Pick<PartitionStore, "episodes" | "alarms">,
    seriesOf: SeriesOf,
    failed: (series: LiveSeries, error: unknown) => void,
  ) {
    this.ahead = new ToldAhead(seriesOf);
    const put = (rows: readonly EpisodeEntry[]): void => {
      store.episodes.put(rows);
      this.ahead.note(rows);
    };
    this.episodes = new ResultRows(episodeRow, put, failed);
    this.alarms = new ResultRows(alarmEntry, (rows) => store.alarms.put(rows), failed);
  }

  /** So much has closed that it should be written. */
  get isMuch(): boolean {
    return this.episodes.closedCount + this.alarms.closedCount >= CLOSED_MAX;
  }

  write(): void {
    this.episodes.write();
    this.alarms.write();
  }
}
