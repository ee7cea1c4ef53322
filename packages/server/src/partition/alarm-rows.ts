import type { Alarm } from "@foreshock/core/fold";
import type { AlarmEntry } from "../store/table/alarm-table.ts";
import type { LiveSeries } from "./live-series.ts";

/** The alarm that is open, or the one that has just closed, as the store keeps it. */
export function alarmEntry({ storeId: seriesId, fold }: LiveSeries): AlarmEntry {
  const alarm = fold.alarm();
  if (alarm === undefined) throw new Error("a series without an alarm has no row");
  return entryOf(seriesId, alarm, alarm.open ? null : fold.lastMs);
}

export function entryOf(seriesId: number, alarm: Alarm, closedMs: number | null): AlarmEntry {
  const { openedMs, lastMs, evidenceDays, score, heldFromMs, heldToMs, outcome } = alarm;
  return {
    seriesId,
    openedMs,
    lastMs,
    closedMs,
    evidenceDays,
    score: Math.min(1, score),
    heldFromMs: Number.isNaN(heldFromMs) ? null : heldFromMs,
    heldToMs: Number.isNaN(heldToMs) ? null : heldToMs,
    outcome,
  };
}
