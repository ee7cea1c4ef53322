import type { AnomalyRow, RankingRow, SeriesRow } from "@foreshock/client";
import { compareNames } from "../chart/lane-rows.ts";

export interface MetricStory {
  readonly series: SeriesRow;
  /** Of this series in the range, in order of onset. */
  readonly anomalies: readonly AnomalyRow[];
  /** The one that is told: an open one before a closed one, then the highest score. */
  readonly told: AnomalyRow | undefined;
  /** Its onset, epoch ms; null where nothing was anomalous. */
  readonly onsetMs: number | null;
}

/**
 * The metrics of a node in the order things began: metrics with an anomaly in the range by the
 * onset of the one told, then the quiet ones by name.
 */
export function inOnsetOrder(
  series: readonly SeriesRow[],
  anomalies: readonly AnomalyRow[],
): readonly MetricStory[] {
  const bySeries = new Map<string, AnomalyRow[]>();
  for (const anomaly of anomalies) {
    const list = bySeries.get(anomaly.seriesId);
    if (list === undefined) bySeries.set(anomaly.seriesId, [anomaly]);
    else list.push(anomaly);
  }
  const stories = series.map((one): MetricStory => {
    const own = (bySeries.get(one.id) ?? []).sort((a, b) => onsetOf(a) - onsetOf(b));
    const told = toldOf(own);
    return {
      series: one,
      anomalies: own,
      told,
      onsetMs: told === undefined ? null : onsetOf(told),
    };
  });
  return stories.sort(
    (a, b) =>
      (a.onsetMs ?? Number.POSITIVE_INFINITY) - (b.onsetMs ?? Number.POSITIVE_INFINITY) ||
      compareNames(a.series.metric, b.series.metric),
  );
}

/** The anomaly that speaks for its series; undefined where there is none. */
export function toldOf(anomalies: readonly AnomalyRow[]): AnomalyRow | undefined {
  return [...anomalies].sort(
    (a, b) => Number(b.open) - Number(a.open) || b.score - a.score || onsetOf(a) - onsetOf(b),
  )[0];
}

/** When it began, epoch ms. */
export function onsetOf({ explanation, windowStart }: AnomalyRow): number {
  return Date.parse(explanation.onset ?? windowStart);
}

/**
 * The metrics a node's rank is made of, the earliest first, those of which no onset is known last; none
 * while the ranking finds nothing unusual, for then the two largest are noise.
 */
export function weightsInOnsetOrder(rows: readonly RankingRow[]): readonly RankingRow[] {
  if (rows.every(({ severity }) => severity === "none" || severity === "low")) return [];
  const at = ({ onset }: RankingRow) =>
    onset === null ? Number.POSITIVE_INFINITY : Date.parse(onset);
  return rows
    .filter(({ share }) => share !== null && share > 0)
    .sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : (b.share ?? 0) - (a.share ?? 0)));
}
