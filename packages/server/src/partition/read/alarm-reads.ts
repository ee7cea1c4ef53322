import { HOUR_MS } from "@foreshock/core/fold";
import type { AlarmEntry } from "../../store/table/alarm-table.ts";
import { alarmEntry } from "../alarm-rows.ts";
import type { FoundAlarm } from "../answers.ts";
import type { LiveSeries } from "../live-series.ts";
import type { PartitionRuntime } from "../partition-runtime.ts";
import type { AlarmQuestion } from "../protocol.ts";
import { CLASSIFY_POINTS, explainedIn, placed } from "./anomaly-reads.ts";

/** An alarm is described by what its first hours looked like, however long it is held. */
const SHOWN_MS = 3 * HOUR_MS;

/** One page of a partition's alarms, explained; newest opening first. Yields points. */
export function* answerAlarms(
  runtime: PartitionRuntime,
  partition: number,
  { tenantId, query }: AlarmQuestion,
): Generator<number, FoundAlarm[]> {
  runtime.writeResults();
  const { range, minScore, state, limit } = query;
  const seriesIds = placed(runtime, tenantId, query);
  const after = query.after?.[partition];
  const filter = { tenantId, ...range, minScore, state, limit, seriesIds, after };
  const found: FoundAlarm[] = [];
  for (const entry of runtime.store.alarms.query(filter)) {
    found.push(foundAlarm(runtime, partition, entry));
    yield CLASSIFY_POINTS;
  }
  return found;
}

/** An open alarm as its series says now: it is stored only when it changes, not with every point. */
function asOfNow(series: LiveSeries, stored: AlarmEntry): AlarmEntry {
  if (stored.closedMs !== null || !series.fold.alarmIsOpen) return stored;
  const now = alarmEntry(series);
  return now.openedMs === stored.openedMs ? now : stored;
}

function foundAlarm(runtime: PartitionRuntime, partition: number, stored: AlarmEntry): FoundAlarm {
  const series = runtime.byStoreId(stored.seriesId)!;
  const entry = asOfNow(series, stored);
  const { openedMs, closedMs, seriesId } = entry;
  const { intervalMs, lastMs } = series.fold;
  const endMs = Math.min(entry.lastMs, openedMs + SHOWN_MS) + Math.max(1, intervalMs);
  const { episode } = explainedIn(runtime, series, {
    range: { startMs: openedMs, endMs },
    asOfMs: endMs,
    beganByMs: openedMs,
  });
  return {
    partition,
    at: { openedMs, seriesId },
    handle: series.handle,
    alarm: closedMs === null ? { ...entry, lastMs } : entry,
    explanation: episode?.explanation,
  };
}
