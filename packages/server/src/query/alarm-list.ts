import type { FoundAlarm } from "../partition/answers.ts";
import type { AlarmFilter, AlarmRow, Page, Paged } from "../platform/platform.ts";
import type { AlarmCursor } from "../store/table/alarm-table.ts";
import { alarmRow } from "./anomaly-rows.ts";
import { readCursor, writeCursor } from "./partition-cursor.ts";
import type { TenantContext } from "./tenant-context.ts";

/** One page over all partitions, newest opening first. */
export async function alarmPage(
  context: TenantContext,
  filter: AlarmFilter,
  page: Page,
): Promise<Paged<AlarmRow>> {
  const after = page.cursor === undefined ? {} : readCursor(page.cursor, isPlace);
  const query = { ...filter, limit: page.limit + 1, after };
  const found = await context.askPlace(query, (narrowed) => ({
    what: "alarms",
    tenantId: context.tenantId,
    query: narrowed,
  }));
  found.sort(byOpening);
  const shown = found.slice(0, page.limit);
  const next = { ...after, ...Object.fromEntries(shown.map((f) => [f.partition, f.at])) };
  return {
    data: shown.map((one) => alarmRow(context.directory.byHandle(one.handle), one)),
    nextCursor: found.length > shown.length ? writeCursor(next) : undefined,
  };
}

/** Newest first; equals in the order of their partition, on which its cursor counts. */
function byOpening(a: FoundAlarm, b: FoundAlarm): number {
  const later = b.at.openedMs - a.at.openedMs;
  if (later !== 0) return later;
  return a.partition - b.partition || a.at.seriesId - b.at.seriesId;
}

function isPlace(place: unknown): place is AlarmCursor {
  const { openedMs, seriesId } = place as Partial<AlarmCursor>;
  return typeof openedMs === "number" && typeof seriesId === "number";
}
