import type { AlarmEntry } from "../store/table/alarm-table.ts";
import type { EpisodeEntry } from "../store/table/episode-table.ts";
import type { Emissions } from "./emission.ts";
import type { BeforeMoves } from "./folding.ts";
import type { LeftWork } from "./left-work.ts";
import type { LiveSeries } from "./live-series.ts";
import type { ResultRows } from "./result-rows.ts";
import type { SeriesRegistry } from "./series-registry.ts";

export interface FailedSeriesPlace {
  readonly registry: SeriesRegistry;
  readonly emissions: Emissions;
  readonly episodes: ResultRows<EpisodeEntry>;
  readonly alarms: ResultRows<AlarmEntry>;
  readonly left: LeftWork;
  readonly saver: () => BeforeMoves | undefined;
  /** The detection of a tenant threw. */
  readonly failed: (tenantId: string, error: unknown) => void;
}

/**
 * Series in whose detection something threw. Nobody knows what their folds have become: they begin again from
 * what was saved, and what they said half is not said.
 */
export class FailedSeries {
  readonly #place: FailedSeriesPlace;
  readonly #failures: { readonly series: LiveSeries; readonly error: unknown }[] = [];

  constructor(place: FailedSeriesPlace) {
    this.#place = place;
  }

  /** To be seen to when nothing is under way. */
  add(series: LiveSeries, error: unknown): void {
    this.#failures.push({ series, error });
  }

  /** @throws StoreUnavailable | StoreCorrupt; then the next call goes on. */
  seeTo(): void {
    const { registry, emissions, episodes, alarms, left, saver, failed } = this.#place;
    for (let first = this.#failures[0]; first !== undefined; first = this.#failures[0]) {
      const { series, error } = first;
      emissions.of(Math.max(0, series.handle)).cutRun();
      registry.beginAgain(series);
      this.#failures.shift();
      episodes.forget(series);
      alarms.forget(series);
      saver()?.beginsAgain(series);
      left.unseen.note(series.storeId, series.fold.lastMs + 1);
      failed(series.key.tenantId, error);
    }
  }
}
