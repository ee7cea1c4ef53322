import type { Explanation } from "../../model/explanation.ts";
import type { MetricSeries } from "../../model/metric-series.ts";
import { assert } from "../../model/refusal.ts";
import type { DurationMs, TimeRange } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { medianOf } from "../../stats/order-statistics.ts";
import { type ExplainRequest, explainEpisode } from "../explain.ts";
import { EN, type Locale } from "../sentence/locale-en.ts";
import { type Classification, classify } from "./classify.ts";

/** Interval assumed for a series whose timestamps have no usable step. Source: reference engine. */
const INTERVAL_UNKNOWN_MS: DurationMs = 300_000;

export interface ExplanationClassifierOptions {
  /** The words of the sentences; English where it is left out. */
  readonly locale?: Locale;
}

/** What kind of anomaly something is, and why in words. Keeps nothing between calls. */
export class ExplanationClassifier {
  readonly #locale: Locale;

  constructor({ locale = EN }: ExplanationClassifierOptions = {}) {
    this.#locale = locale;
  }

  /**
   * Label and kind of what happened to a series inside `range`, judged against the points before
   * it. Never `normal`: whether something is anomalous is the score's business.
   *
   * @param intervalMs nominal sampling interval; the median step where it is left out
   */
  classify(series: MetricSeries, range: TimeRange, intervalMs?: DurationMs): Classification {
    const { timestamps, values } = series;
    const firstIndex = firstAtOrAfter(timestamps, range.startMs);
    const lastIndex = firstAtOrAfter(timestamps, range.endMs) - 1;
    assert(firstIndex <= lastIndex, "the series has no point inside the range");
    return classify({
      timestampsMs: timestamps,
      values,
      firstIndex,
      lastIndex,
      intervalMs: intervalMs ?? medianStepMs(timestamps),
    });
  }

  /** Numbers and sentence of an episode that has been classified. */
  explain(request: ExplainRequest): Explanation {
    return explainEpisode(request, this.#locale);
  }
}

function medianStepMs(timestampsMs: Float64Array): DurationMs {
  const steps = timestampsMs.subarray(1).map((atMs, i) => atMs - timestampsMs[i]!);
  const median = medianOf(steps);
  return median > 0 ? median : INTERVAL_UNKNOWN_MS;
}
