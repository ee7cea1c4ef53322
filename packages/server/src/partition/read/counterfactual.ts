import {
  type Counterfactual,
  counterfactualOf,
  counterfactualPoints,
  type Episode,
  type EpochMs,
  FoldRow,
  rescoringFrom,
  SECOND_MS,
} from "@foreshock/core/fold";
import { isCounter } from "../../platform/series-nature.ts";
import type { PartitionStore } from "../../store/partition/partition-store.ts";
import { foldOf, type LiveSeries } from "../live-series.ts";

/** A sample of the store and the one before it that was known. */
interface Sample {
  readonly atMs: EpochMs;
  readonly value: number;
  readonly before: { readonly atMs: EpochMs; readonly value: number };
}

/**
 * For which value an episode's highest point, else its first, would have been normal: the series is
 * folded again from the newest saved state before the episode, and the point is scored with other
 * values from the very state that it was scored from. Undefined where no value would do, and where
 * the point is a counter's first after that state.
 * Cost: O(points from that state to the peak); months for an old episode, so not for whole lists.
 */
export function counterfactualIn(
  store: PartitionStore,
  series: LiveSeries,
  episode: Pick<Episode, "firstMs" | "peakMs">,
): Counterfactual | undefined {
  const { storeId, metadata } = series;
  const fold = foldOf(metadata, store.states.load(storeId, episode.firstMs - 1));
  const startMs = fold.lastMs === 0 ? 0 : fold.lastMs + 1;
  const { timestampsMs, values } = store.read(storeId, { startMs, endMs: episode.peakMs + 1 });
  const row = new FoldRow();
  const order = counterfactualPoints(episode);
  const found = new Map<EpochMs, Counterfactual>();
  let before = { atMs: Number.NaN, value: Number.NaN };
  for (let i = 0; i < values.length; i++) {
    const sample: Sample = { atMs: timestampsMs[i]!, value: values[i]!, before };
    if (order.includes(sample.atMs)) {
      const told = counterfactualAt(fold, sample, isCounter(metadata), row);
      if (told !== undefined) found.set(sample.atMs, told);
    } else {
      fold.push(sample.atMs, sample.value, row);
    }
    if (Number.isFinite(sample.value)) before = sample;
  }
  return order.map((atMs) => found.get(atMs)).find((told) => told !== undefined);
}

/** Leaves the fold after the point as it came. A counter is described by its rate. */
function counterfactualAt(
  fold: LiveSeries["fold"],
  { atMs, value, before }: Sample,
  counter: boolean,
  row: FoldRow,
): Counterfactual | undefined {
  const seconds = (atMs - before.atMs) / SECOND_MS;
  const sampleOf = (rate: number) => (counter ? before.value + rate * seconds : rate);
  const scoreOfSample = rescoringFrom(fold, (judge, sample) => {
    judge.push(atMs, sample, row);
    return row.score;
  });
  scoreOfSample(value);
  const actual = fold.lastValue;
  const { level } = row;
  const scoreOf = (rate: number) => scoreOfSample(sampleOf(rate));
  const told = counterfactualOf({ atMs, actual, level, scoreOf });
  scoreOfSample(value);
  return told;
}
