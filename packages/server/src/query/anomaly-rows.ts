import { LABEL_OF_KIND, severityOf, toldOutcome } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { ExplainedEpisode, FoundAlarm } from "../partition/answers.ts";
import type { AlarmRow, AnomalyRow } from "../platform/platform.ts";

/** Made of facts that every run agrees on: a replay gives the same id. */
export function anomalyId(info: SeriesInfo, { windowStartMs }: ExplainedEpisode): string {
  return `${info.id}.${windowStartMs.toString(36)}`;
}

export function anomalyRow(info: SeriesInfo, episode: ExplainedEpisode): AnomalyRow {
  const { clusterId, nodeId, metricName } = info.key;
  const { engine, windowStartMs, windowEndMs, score, magnitude, explanation, open } = episode;
  return {
    id: anomalyId(info, episode),
    seriesId: info.id,
    cluster: clusterId,
    node: nodeId,
    metric: metricName,
    engine,
    windowStart: windowStartMs,
    windowEnd: windowEndMs,
    score,
    severity: severityOf(score),
    label: LABEL_OF_KIND[explanation.kind],
    kind: explanation.kind,
    magnitude,
    explanation,
    open,
  };
}

export function alarmRow(info: SeriesInfo, { alarm, explanation }: FoundAlarm): AlarmRow {
  const { clusterId, nodeId, metricName } = info.key;
  return {
    id: `${info.id}.${alarm.openedMs.toString(36)}`,
    seriesId: info.id,
    cluster: clusterId,
    node: nodeId,
    metric: metricName,
    openedAt: alarm.openedMs,
    lastAt: alarm.lastMs,
    closedAt: alarm.closedMs,
    evidenceDays: alarm.evidenceDays,
    score: alarm.score,
    severity: severityOf(alarm.score),
    outcome: toldOutcome(alarm.outcome, alarm.closedMs === null),
    heldFrom: alarm.heldFromMs,
    heldTo: alarm.heldToMs,
    label: explanation === undefined ? "normal" : LABEL_OF_KIND[explanation.kind],
    kind: explanation?.kind ?? null,
    text: explanation?.text ?? "",
  };
}
