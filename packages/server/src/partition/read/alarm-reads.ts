import { HOUR_MS, severityOf } from "@foreshock/core";
import type { AlarmRow } from "../../platform/platform.ts";
import type { AlarmEntry } from "../../store/table/alarm-table.ts";
import { alarmEntry } from "../alarm-rows.ts";
import type { LiveSeries } from "../live-series.ts";
import { seriesIdOf } from "../partition-of.ts";
import type { PartitionRuntime } from "../partition-runtime.ts";
import type { AlarmQuestion, FoundAlarm } from "../protocol.ts";
import { explainedIn, placed } from "./anomaly-reads.ts";

/** An alarm is told by what its first hours looked like, however long it is held. */
const TOLD_MS = 3 * HOUR_MS;

/** One page of a partition's alarms, explained; newest opening first. */
export function answerAlarms(
  runtime: PartitionRuntime,
  partition: number,
  { tenantId, query }: AlarmQuestion,
): FoundAlarm[] {
  runtime.writeResults();
  const { range, minScore, state, limit } = query;
  return runtime.store.alarms
    .query({
      tenantId,
      ...range,
      minScore,
      state,
      limit,
      seriesIds: placed(runtime, tenantId, query),
      after: query.after?.[partition],
    })
    .map((entry) => {
      const { openedMs, seriesId } = entry;
      return { partition, at: { openedMs, seriesId }, row: rowOf(runtime, entry) };
    });
}

/** An open alarm as its series says now: it is stored only when it changes, not with every point. */
function asOfNow(series: LiveSeries, stored: AlarmEntry): AlarmEntry {
  if (stored.closedMs !== null || !series.fold.alarmIsOpen) return stored;
  const now = alarmEntry(series);
  return now.openedMs === stored.openedMs ? now : stored;
}

function rowOf(runtime: PartitionRuntime, stored: AlarmEntry): AlarmRow {
  const series = runtime.byStoreId(stored.seriesId)!;
  const entry = asOfNow(series, stored);
  const { clusterId, nodeId, metricName } = series.key;
  const { intervalMs } = series.fold;
  const endMs = Math.min(entry.lastMs, entry.openedMs + TOLD_MS) + Math.max(1, intervalMs);
  const range = { startMs: entry.openedMs, endMs };
  const told = explainedIn(runtime, series, { range, asOfMs: endMs }).row;
  const seriesId = seriesIdOf(clusterId, nodeId, metricName);
  return {
    id: `${seriesId}.${entry.openedMs.toString(36)}`,
    seriesId,
    cluster: clusterId,
    node: nodeId,
    metric: metricName,
    openedAt: entry.openedMs,
    lastAt: entry.closedMs === null ? series.fold.lastMs : entry.lastMs,
    closedAt: entry.closedMs,
    evidenceDays: entry.evidenceDays,
    score: entry.score,
    severity: severityOf(entry.score),
    outcome: entry.outcome,
    heldFrom: entry.heldFromMs,
    heldTo: entry.heldToMs,
    label: told?.label ?? "normal",
    kind: told?.kind ?? null,
    text: told?.explanation.text ?? "",
  };
}
