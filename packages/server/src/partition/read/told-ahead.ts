import { ANOMALOUS_SCORE, classifiedUntilMs, type EpochMs } from "@foreshock/core/fold";
import { isStoreFault } from "../../store/sqlite/store-error.ts";
import type { EpisodeEntry } from "../../store/table/episode-table.ts";
import { payloadOf } from "../episode-rows.ts";
import type { LiveSeries } from "../live-series.ts";

/** Episodes of one tenant that are kept in mind, one a series; whoever asks for others has them told then. */
const KEPT_MAX = 64;
/** What it costs that one could not be told, in points. */
const FAILED_POINTS = 1000;

export interface OverEpisode {
  readonly seriesId: number;
  readonly windowStartMs: EpochMs;
}

interface Noted extends OverEpisode {
  /** From here on its series' later points change nothing in what it is called. */
  readonly settledMs: EpochMs;
}

/** Undefined for a series that is not known any more. */
export type SeriesOf = (seriesId: number) => Pick<LiveSeries, "key" | "fold"> | undefined;

/**
 * Episodes that are over and have not been called anything yet. An owner calls them something while it has nothing
 * else to do for their tenant, so that the first who asks for a list of them does not wait until all of them are
 * looked at. Bounded, and kept in memory only: what is forgotten is told when it is asked for.
 */
export class ToldAhead {
  /** Says what an episode was, and keeps it; returns what that cost, in points. */
  tell: (episode: OverEpisode) => number = () => 0;
  readonly #seriesOf: SeriesOf;
  /** By tenant and series. */
  readonly #noted = new Map<string, Map<number, Noted>>();
  /** Those whose later points change nothing any more. */
  readonly #settled = new Map<string, Noted[]>();

  constructor(seriesOf: SeriesOf) {
    this.#seriesOf = seriesOf;
  }

  /** Rows that have just been written. */
  note(rows: readonly EpisodeEntry[]): void {
    for (const row of rows) {
      if (row.open || row.label !== null || row.score < ANOMALOUS_SCORE) continue;
      const tenantId = this.#seriesOf(row.seriesId)?.key.tenantId;
      if (tenantId !== undefined) this.#add(tenantId, row);
    }
  }

  #add(tenantId: string, row: EpisodeEntry): void {
    const { seriesId, windowStartMs, intervalMs } = row;
    const own = this.#noted.get(tenantId) ?? new Map<number, Noted>();
    this.#noted.set(tenantId, own);
    own.delete(seriesId);
    const settledMs = classifiedUntilMs(payloadOf(row).folded, intervalMs);
    own.set(seriesId, { seriesId, windowStartMs, settledMs });
    if (own.size <= KEPT_MAX) return;
    for (const oldest of own.keys()) {
      own.delete(oldest);
      return;
    }
  }

  /** Tenants of whom something is left that was found settled. */
  ready(): Iterable<string> {
    return this.#settled.keys();
  }

  /** Tells one episode of a tenant, if one can be told by now. Returns the cost in points, 0 where there was none. */
  some(tenantId: string): number {
    if (!this.#settled.has(tenantId)) this.#look(tenantId);
    const line = this.#settled.get(tenantId);
    const next = line?.pop();
    if (line?.length === 0) this.#settled.delete(tenantId);
    return next === undefined ? 0 : this.#told(next);
  }

  /** What throws for itself throws again for whoever asks for it, and for nobody else. */
  #told(episode: OverEpisode): number {
    try {
      return this.tell(episode);
    } catch (error) {
      if (isStoreFault(error)) throw error;
      return FAILED_POINTS;
    }
  }

  /** Cost: O(64). */
  #look(tenantId: string): void {
    const own = this.#noted.get(tenantId);
    if (own === undefined) return;
    const settled: Noted[] = [];
    for (const noted of own.values()) {
      const series = this.#seriesOf(noted.seriesId);
      if (series !== undefined && series.fold.lastMs < noted.settledMs) continue;
      own.delete(noted.seriesId);
      if (series !== undefined) settled.push(noted);
    }
    if (own.size === 0) this.#noted.delete(tenantId);
    if (settled.length > 0) this.#settled.set(tenantId, settled);
  }

  /** Nothing of these tenants is to be done any more. */
  drop(tenantIds: Iterable<string>): void {
    for (const tenantId of tenantIds) {
      this.#noted.delete(tenantId);
      this.#settled.delete(tenantId);
    }
  }
}
