import { classify } from "../explain/classify.ts";
import type { Direction, Explanation, FactorName } from "../model/explanation.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import { DAY_MS } from "../model/time.ts";
import { returnPeriodDays } from "../score/rarity.ts";
import { BAND_SCALES, type DetailedScores } from "./score-series.ts";
import type { WindowEpisode } from "./window-episode.ts";

/** A window of a scored series that wants explaining. */
export interface WindowToExplain {
  readonly series: MetricSeries;
  readonly scores: DetailedScores;
  readonly episode: WindowEpisode;
}

/** How results come to their words; the default is `explainWindow`. */
export type Explainer = (window: WindowToExplain) => Explanation;

/** History that the engine wants before it is fully trusted. Source: spec/detection.md section 5. */
const FULL_HISTORY_MS = 3 * DAY_MS;

/** Spread below this is arithmetic, not behaviour: as in the engine's residuals. */
const SPREAD_MIN = 1e-9;
const SPREAD_MIN_SHARE = 1e-5;

/** Every number from the scored columns; the kind from the classifier; below 0.5 it is `normal`. */
export function explainWindow({ series, scores, episode }: WindowToExplain): Explanation {
  const { peakLevel, peakScale, peakValue } = episode;
  const absolute = peakValue - peakLevel;
  const kind =
    episode.peakScore >= ANOMALOUS_SCORE
      ? classify({
          timestampsMs: series.timestamps.subarray(0, episode.lastIndex + 1),
          values: series.values.subarray(0, episode.lastIndex + 1),
          firstIndex: episode.onsetIndex,
          lastIndex: episode.lastIndex,
          intervalMs: scores.intervalMs,
        }).kind
      : "normal";
  const explanation = {
    kind,
    direction: directionOf(absolute),
    onset: episode.onsetMs,
    peak: episode.peakMs,
    actual: peakValue,
    typical: {
      low: peakLevel - BAND_SCALES * peakScale,
      high: peakLevel + BAND_SCALES * peakScale,
      level: peakLevel,
    },
    deviation: {
      absolute,
      percent: peakLevel === 0 ? Number.NaN : (100 * absolute) / Math.abs(peakLevel),
      sigma: inScales(absolute, peakLevel, peakScale),
    },
    returnPeriodDays: returnPeriodDays(episode.peakP, scores.intervalMs),
    factors: factorsOf(episode),
    confidence: Math.min(1, ((episode.peakIndex + 1) * scores.intervalMs) / FULL_HISTORY_MS),
  };
  return { text: sentence(explanation), ...explanation };
}

/** A deviation in typical scales of its series, with the engine's least spread. */
export function inScales(deviation: number, level: number, scale: number): number {
  return deviation / (scale + SPREAD_MIN + SPREAD_MIN_SHARE * Math.abs(level));
}

function directionOf(absolute: number): Direction {
  if (absolute > 0) return "up";
  return absolute < 0 ? "down" : "none";
}

function factorsOf({ sumParts }: WindowEpisode): { name: FactorName; share: number }[] {
  const { sudden, hour, recent, shift } = sumParts;
  const sum = sudden + hour + recent + shift;
  const share = (part: number) => (sum > 0 ? part / sum : 0);
  return [
    { name: "sudden", share: share(sudden) },
    { name: "hour", share: share(hour) },
    { name: "recent", share: share(recent) },
    { name: "shift", share: share(shift) },
  ];
}

function sentence(facts: Omit<Explanation, "text">): string {
  const { actual, typical, kind, returnPeriodDays: days } = facts;
  const value = `${short(actual)}, usually ${short(typical.low)} to ${short(typical.high)}`;
  if (kind === "normal") return `Within the usual: ${value}.`;
  return `${kind.replace("_", " ")}: ${value}; about once in ${short(days)} days for this metric.`;
}

function short(number: number): string {
  return String(Number(number.toPrecision(3)));
}
