import {
  AGGREGATION_STRATEGIES,
  type AggregationStrategy,
} from "../../model/aggregated-anomaly-score.ts";
import { Refusal } from "../../model/refusal.ts";
import type { DurationMs } from "../../model/time.ts";

export interface AggregationOptions {
  /** Default `auto`. */
  readonly strategy?: AggregationStrategy;
  /**
   * Turn scores into probabilities, combine those by the strategy's closed form, and give a score of the
   * same meaning back. `auto` always is; the others are raw aggregates of scores unless asked.
   */
  readonly calibrated?: boolean;
  /** Aligned windows [k windowMs, (k + 1) windowMs). Default: the median length of the results' windows. */
  readonly windowMs?: DurationMs;
  /** Weight by metric name for `weighted`; metrics that are not named weigh 1. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** The options with their defaults in place. */
export interface AggregationRule {
  readonly strategy: AggregationStrategy;
  readonly calibrated: boolean;
  readonly windowMs: DurationMs | undefined;
  readonly weightOf: (metricName: string) => number;
}

/** @throws Refusal "rollup/unknown-strategy" | "window/invalid" */
export function aggregationRule(options: AggregationOptions): AggregationRule {
  const { strategy = "auto", windowMs, weights = {} } = options;
  if (!AGGREGATION_STRATEGIES.includes(strategy)) {
    throw new Refusal(
      "rollup/unknown-strategy",
      `strategies are ${AGGREGATION_STRATEGIES.join(", ")}`,
      {
        strategy,
      },
    );
  }
  if (windowMs !== undefined && !(windowMs > 0 && Number.isFinite(windowMs))) {
    throw new Refusal("window/invalid", "windowMs is a number of milliseconds above 0", {
      windowMs,
    });
  }
  for (const [metricName, weight] of Object.entries(weights)) {
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new Refusal("window/invalid", "weights are finite numbers, 0 or more", {
        metricName,
        weight,
      });
    }
  }
  return {
    strategy,
    calibrated: strategy === "auto" || (options.calibrated ?? false),
    windowMs,
    weightOf: (metricName) => weights[metricName] ?? 1,
  };
}
