import type { DurationMs, EpochMs, Explanation } from "@foreshock/core/fold";
import type { AlarmCursor, AlarmEntry } from "../store/table/alarm-table.ts";
import type { EpisodeCursor } from "../store/table/episode-table.ts";

/**
 * What partitions answer reads with. Series are named by their handle: names, public ids and the
 * words of the API are added by whoever asked.
 */

/** An episode of a series and what it looked like. */
export interface ExplainedEpisode {
  readonly handle: number;
  readonly engine: string;
  readonly windowStartMs: EpochMs;
  readonly windowEndMs: EpochMs;
  readonly score: number;
  readonly magnitude: number;
  readonly open: boolean;
  readonly explanation: Explanation;
}

/** An episode and its place in its partition's order. */
export interface FoundAnomaly {
  readonly partition: number;
  readonly at: EpisodeCursor;
  readonly episode: ExplainedEpisode;
}

/** An alarm and its place in its partition's order. */
export interface FoundAlarm {
  readonly partition: number;
  readonly at: AlarmCursor;
  readonly handle: number;
  /** While it is open, `lastMs` is the series' newest point. */
  readonly alarm: AlarmEntry;
  /** What its first hours looked like; undefined where there is nothing to see. */
  readonly explanation: Explanation | undefined;
}

/** The strongest episode of a series in a range. */
export interface ExplainedSeries {
  readonly handle: number;
  readonly episode: ExplainedEpisode | undefined;
  /** Newest point before `asOfMs`; 0 where there is none in the day before it. */
  readonly lastMs: EpochMs;
}

/** Points of a series with their p, as the engine saw them; columns of equal length. */
export interface SeriesHistory {
  readonly handle: number;
  readonly at: Float64Array;
  readonly value: Float64Array;
  /** Evidence (`FoldRow.evidenceP`): of the engine or of the flatline detector, whichever is smaller. */
  readonly p: Float64Array;
}

/** Points of a chart; columns of equal length, null = missing. */
export interface ChartPoints {
  /** Length of a bucket; 0 where points are given as they are. */
  readonly stepMs: DurationMs;
  readonly columns: {
    readonly at: readonly EpochMs[];
    readonly value: readonly (number | null)[];
    readonly min: readonly (number | null)[];
    readonly max: readonly (number | null)[];
    readonly expected: readonly (number | null)[];
    readonly lower: readonly (number | null)[];
    readonly upper: readonly (number | null)[];
    readonly score: readonly (number | null)[];
    readonly alarmScore: readonly (number | null)[];
  };
}
