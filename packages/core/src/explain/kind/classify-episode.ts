import { LABEL_OF_KIND } from "../../model/anomaly-type.ts";
import { HABIT, type HabitMark, habitKind } from "../../model/habit-mark.ts";
import { DAY_MS, type DurationMs, type EpochMs } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { type Classification, classify } from "./classify.ts";
import { eventEndIndex } from "./event-end.ts";
import { KnownBefore } from "./known-before.ts";

/** History before the onset that a classification uses: a week, two days before it, and an hour. */
export const CLASSIFIED_HISTORY_MS: DurationMs = 9.5 * DAY_MS;
/** An episode closes at its 11th quiet point; this many points after its last alarm are used. */
export const CLOSING_POINTS = 11;

/** A stretch of one series: `CLASSIFIED_HISTORY_MS` before the episode and its closing points. */
export interface EpisodePoints {
  /** Ascending, epoch ms. */
  readonly timestampsMs: Float64Array;
  /** NaN = missing. */
  readonly values: Float64Array;
  readonly intervalMs: DurationMs;
}

/**
 * Kind of an episode from its onset to its last point that stands out, at most to the closing points
 * after the last alarm: whether the value came back at once tells a spike from a shift. Later
 * points are not used, so a longer series gives the same.
 *
 * @param before of the same points before the same onset, where an episode is classified again as it goes on.
 */
export function classifyEpisode(
  { timestampsMs, values, intervalMs }: EpisodePoints,
  episode: {
    readonly onsetMs: EpochMs;
    readonly lastMs: EpochMs;
    readonly peakHabit?: HabitMark;
  },
  before = new KnownBefore(),
): Classification {
  const habit = habitKind(episode.peakHabit);
  if (habit === HABIT.came || habit === HABIT.missed) {
    // What comes by the clock is a matter of its hour, whatever its shape is.
    const missedPeak = habit === HABIT.missed;
    return { kind: "seasonal", label: LABEL_OF_KIND.seasonal, missedPeak, evidence: {} };
  }
  const firstIndex = firstAtOrAfter(timestampsMs, episode.onsetMs);
  const last = firstAtOrAfter(timestampsMs, episode.lastMs + 1) - 1 + CLOSING_POINTS;
  const lastIndex = Math.min(values.length - 1, last);
  if (firstIndex > lastIndex) {
    return { kind: "spike", label: "spike", missedPeak: false, evidence: {} };
  }
  const event = { timestampsMs, values, intervalMs, firstIndex, lastIndex, before };
  return classify({ ...event, lastIndex: eventEndIndex(event) });
}
