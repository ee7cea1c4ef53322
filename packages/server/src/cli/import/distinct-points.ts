import { CounterShape } from "../../files/counter-shape.ts";
import type { SortedPoints } from "./time-sorter.ts";

/** What the points of one series say about it, all files together. */
export interface SeriesSurvey {
  points: number;
  /** Points that are there twice, and points that differ from another one at the same instant. */
  twice: number;
  differing: number;
  readonly shape: CounterShape;
}

/** Looks at all points before any is sent. @returns one survey per series, by its number. */
export function surveyOf(
  batches: Iterable<SortedPoints>,
  seriesCount: number,
): readonly SeriesSurvey[] {
  const surveys = Array.from(
    { length: seriesCount },
    (): SeriesSurvey => ({ points: 0, twice: 0, differing: 0, shape: new CounterShape() }),
  );
  const lastMs = new Float64Array(seriesCount).fill(Number.NaN);
  const lastValue = new Float64Array(seriesCount);
  for (const { series, timestampsMs, values } of batches) {
    for (let i = 0; i < values.length; i++) {
      const number = series[i]!;
      const survey = surveys[number]!;
      survey.points += 1;
      if (timestampsMs[i] !== lastMs[number]) survey.shape.push(values[i]!);
      else if (Object.is(values[i], lastValue[number])) survey.twice += 1;
      else survey.differing += 1;
      lastMs[number] = timestampsMs[i]!;
      lastValue[number] = values[i]!;
    }
  }
  return surveys;
}

/**
 * The same batches with one point per series and instant, the last of those that came. Only an
 * instant that is cut by the end of a batch may keep two.
 */
export function* distinctPoints(batches: Iterable<SortedPoints>): Generator<SortedPoints> {
  for (const { series, timestampsMs, values } of batches) {
    const places = new Map<number, number>();
    let count = 0;
    let nowMs = Number.NaN;
    for (let i = 0; i < values.length; i++) {
      const at = timestampsMs[i]!;
      if (at !== nowMs) places.clear();
      nowMs = at;
      const place = places.get(series[i]!) ?? count;
      if (place === count) count += 1;
      places.set(series[i]!, place);
      series[place] = series[i]!;
      timestampsMs[place] = at;
      values[place] = values[i]!;
    }
    yield {
      series: series.subarray(0, count),
      timestampsMs: timestampsMs.subarray(0, count),
      values: values.subarray(0, count),
    };
  }
}
