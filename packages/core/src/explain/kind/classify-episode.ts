import { LABEL_OF_KIND } from "../../model/anomaly-type.ts";
import { HABIT, type HabitMark, habitKind } from "../../model/habit-mark.ts";
import { DAY_MS, type DurationMs, type EpochMs } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { classifierSpans } from "./classifier-spans.ts";
import { type Classification, classify } from "./classify.ts";
import { eventEndIndex } from "./event-end.ts";
import { KnownBefore } from "./known-before.ts";

/** History before the onset that a classification uses: a week, two days before it, and an hour. */
export const CLASSIFIED_HISTORY_MS: DurationMs = 9.5 * DAY_MS;
/** An episode closes at its 11th quiet point; this many points after its last alarm are used. */
export const CLOSING_POINTS = 11;
/** A stretch of one series: `CLASSIFIED_HISTORY_MS` before the episode, to `classifiedUntilMs` of it. */
export interface EpisodePoints {
  /** Ascending, epoch ms. */
  readonly timestampsMs: Float64Array;
  /** NaN = missing. */
  readonly values: Float64Array;
  readonly intervalMs: DurationMs;
}

/**
 * Up to which instant points change what an episode is called, its end exclusive: the closing points, and the time
 * in which a step may be over and so be a spike.
 */
export function classifiedUntilMs(
  { firstMs, lastMs }: { readonly firstMs: EpochMs; readonly lastMs: EpochMs },
  intervalMs: DurationMs,
): EpochMs {
  const { burst, back } = classifierSpans(intervalMs);
  const soonOver = (burst + back + 1) * intervalMs;
  return Math.max(lastMs + (CLOSING_POINTS + 1) * intervalMs, firstMs + soonOver);
}

/** An episode that goes on is judged at each of its first points, and about so many times while it doubles. */
const JUDGED_WHILE_DOUBLING = 8;

/**
 * Up to which of its points an episode that goes on is judged at the moment: the same one while it has grown by
 * less than an eighth, so that whoever asks again and again does not have all of it looked at for each point.
 *
 * @param nowMs the newest point of its series
 */
export function judgedUntilMs(firstMs: EpochMs, nowMs: EpochMs, intervalMs: DurationMs): EpochMs {
  const points = Math.floor((nowMs - firstMs) / intervalMs) + 1;
  if (!(points >= 2 * JUDGED_WHILE_DOUBLING)) return nowMs;
  const unit = 2 ** Math.floor(Math.log2(points / JUDGED_WHILE_DOUBLING));
  return firstMs + (Math.floor(points / unit) * unit - 1) * intervalMs;
}

/**
 * Kind of an episode from its onset to its last point that stands out, at most to the closing points
 * after the last alarm: whether the value came back at once tells a spike from a shift. Later
 * points are not used, so a longer series gives the same; only whether a step was over within 75 minutes (three
 * points where they are sparse), and so was a spike, is looked for after it.
 *
 * @param before of the same points before the same onset, where an episode is classified again as it goes on.
 */
export function classifyEpisode(
  { timestampsMs, values, intervalMs }: EpisodePoints,
  episode: {
    readonly onsetMs: EpochMs;
    readonly firstMs: EpochMs;
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
  const alarmIndex = firstAtOrAfter(timestampsMs, episode.firstMs);
  const event = { timestampsMs, values, intervalMs, firstIndex, lastIndex, alarmIndex, before };
  const followedToIndex = values.length - 1;
  return classify({ ...event, lastIndex: eventEndIndex(event), followedToIndex });
}
