import { DETECTOR_OUT, DETECTOR_OUT_LENGTH, type SeriesDetector } from "../engine/engine.ts";
import { counterfactualOf } from "../explain/counterfactual.ts";
import type { Counterfactual } from "../model/explanation.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import type { WindowEpisode } from "./window-episode.ts";

/** Anything that can be put back to where it was. */
interface Restorable {
  save(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

/**
 * What a point would score with another value: every answer starts from the state that `judge` is in
 * now. It is left where the last answer put it.
 *
 * @param push feeds the value and returns the score
 */
export function rescoringFrom<Judge extends Restorable>(
  judge: Judge,
  push: (judge: Judge, value: number) => number,
): (value: number) => number {
  const before = judge.save();
  return (value) => {
    judge.restore(before);
    return push(judge, value);
  };
}

/** The points of an episode to try for a counterfactual, in this order. */
export function counterfactualPoints(
  episode: Pick<WindowEpisode, "peakMs" | "firstMs">,
): readonly number[] {
  const { peakMs, firstMs } = episode;
  return peakMs === firstMs ? [peakMs] : [peakMs, firstMs];
}

/**
 * Counterfactuals of a series' episodes, in their order: at the point of the highest score, else at
 * the first alarm. One more fold over the series, by a fresh detector.
 * Cost: O(points) and at most 72 scorings per episode.
 */
export function counterfactualsOf(
  detector: SeriesDetector,
  series: MetricSeries,
  levels: Float64Array,
  episodes: readonly WindowEpisode[],
): (Counterfactual | undefined)[] {
  const wanted = new Set(episodes.flatMap(counterfactualPoints));
  const found = new Map<number, Counterfactual>();
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  for (let i = 0; i < series.length && wanted.size > 0; i++) {
    const atMs = series.timestamps[i]!;
    const actual = series.values[i]!;
    if (wanted.delete(atMs)) {
      const scoreOf = rescoringFrom(detector, (judge, value) => {
        judge.push(atMs, value, out);
        return out[DETECTOR_OUT.score]!;
      });
      const answer = counterfactualOf({ atMs, actual, level: levels[i]!, scoreOf });
      if (answer !== undefined) found.set(atMs, answer);
      scoreOf(actual);
    } else {
      detector.push(atMs, actual, out);
    }
  }
  return episodes.map((episode) =>
    counterfactualPoints(episode)
      .map((atMs) => found.get(atMs))
      .find((answer) => answer !== undefined),
  );
}
