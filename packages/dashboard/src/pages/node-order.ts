import type { AnomalyRow, FindingPart, RankingRow, SeriesRow } from "@foreshock/client";
import { compareNames } from "../chart/lane-rows.ts";
import { type Shade, touches } from "../chart/shades.ts";
import { msOf } from "../format/time.ts";
import { severityOf } from "../severity/severity.ts";
import type { MsRange } from "../state/time-range.ts";

export interface MetricStory {
  readonly series: SeriesRow;
  /** Of this series in the range, in order of onset. */
  readonly anomalies: readonly AnomalyRow[];
  /** The one that is told: of the time in question before others, an open one before a closed one, then the highest. */
  readonly told: AnomalyRow | undefined;
  /** Whether that one was going on at the time of what the page tells. */
  readonly isOfThis: boolean;
  /** What the finding that is looked at says of it, where it has no anomaly of that time: it went silent, or little more. */
  readonly part: FindingPart | undefined;
  /** What its chart shades: its anomalies, and the time that the finding says it was silent. */
  readonly shades: readonly Shade[];
  /** The onset, epoch ms; null where nothing was anomalous. */
  readonly onsetMs: number | null;
}

/** What a page tells of: its time, and what a finding says of the metrics. */
export interface About {
  readonly time: MsRange;
  readonly parts: readonly FindingPart[];
}

/**
 * The metrics of a node in the order things began: first those with an anomaly in the time of what is
 * told, by the onset of that anomaly, and what the finding says besides; then those that were anomalous at another time, and the quiet ones by
 * name. Without `about` it is the time of the worst anomaly.
 */
export function inOnsetOrder(
  series: readonly SeriesRow[],
  anomalies: readonly AnomalyRow[],
  nowMs: number,
  about?: About,
): readonly MetricStory[] {
  const bySeries = Map.groupBy(
    [...anomalies].sort((a, b) => onsetOf(a) - onsetOf(b)),
    ({ seriesId }) => seriesId,
  );
  const shown = about?.time ?? timeOf(toldOf(anomalies), nowMs);
  const stories = series.map((one): MetricStory => {
    const own = bySeries.get(one.id) ?? [];
    const inIt = own.filter(
      (anomaly) => shown !== undefined && touches(timeOf(anomaly, nowMs), shown),
    );
    const said = about?.parts.find(({ seriesId }) => seriesId === one.id);
    const part = inIt.length === 0 ? said : undefined;
    const told = part === undefined ? (toldOf(inIt) ?? toldOf(own)) : undefined;
    const onsetMs = part === undefined ? told && onsetOf(told) : msOf(part.onset);
    const isOfThis = inIt.length > 0 || part !== undefined;
    const shades = shadesOfAnomalies(own, nowMs);
    if (part !== undefined && typeof onsetMs === "number") {
      const endMs = Math.max(onsetMs, shown?.endMs ?? onsetMs);
      shades.push({ startMs: onsetMs, endMs, severity: severityOf(part.score) });
    }
    return { series: one, anomalies: own, told, part, shades, isOfThis, onsetMs: onsetMs ?? null };
  });
  return stories.sort(
    (a, b) =>
      Number(b.isOfThis) - Number(a.isOfThis) ||
      (a.onsetMs ?? Number.POSITIVE_INFINITY) - (b.onsetMs ?? Number.POSITIVE_INFINITY) ||
      compareNames(a.series.metric, b.series.metric),
  );
}

/** From the onset that is told to the end; to now while it is open. */
function timeOf(anomaly: AnomalyRow, nowMs: number): MsRange;
function timeOf(anomaly: AnomalyRow | undefined, nowMs: number): MsRange | undefined;
function timeOf(anomaly: AnomalyRow | undefined, nowMs: number): MsRange | undefined {
  if (anomaly === undefined) return undefined;
  const startMs = onsetOf(anomaly);
  return { startMs, endMs: anomaly.open ? nowMs : Date.parse(anomaly.windowEnd) };
}

/** What a chart shades for them. */
export function shadesOfAnomalies(anomalies: readonly AnomalyRow[], nowMs: number): Shade[] {
  return anomalies.map((anomaly) => ({ ...timeOf(anomaly, nowMs), severity: anomaly.severity }));
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
