import type { AlarmEntry } from "../store/alarm-table.ts";
import type { LiveSeries } from "./live-series.ts";

/** The alarm that is open, or the one that has just closed, as the store keeps it. */
export function alarmEntry({ storeId: seriesId, fold }: LiveSeries): AlarmEntry {
  const alarm = fold.alarm();
  if (alarm === undefined) throw new Error("a series without an alarm has no row");
  const { open, openedMs, lastMs, evidenceDays, score, heldFromMs, heldToMs, outcome } = alarm;
  return {
    seriesId,
    openedMs,
    lastMs,
    closedMs: open ? null : fold.lastMs,
    evidenceDays,
    score: Math.min(1, score),
    heldFromMs: Number.isNaN(heldFromMs) ? null : heldFromMs,
    heldToMs: Number.isNaN(heldToMs) ? null : heldToMs,
    outcome,
  };
}
