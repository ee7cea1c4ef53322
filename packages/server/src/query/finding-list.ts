import type { FleetFinding, TimeRange } from "@foreshock/core";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { ExplainedSeries, ExplainQuestion } from "../partition/protocol.ts";
import type { FindingRow, Page, Paged } from "../platform/platform.ts";
import { BadCursor } from "../platform/platform-errors.ts";
import type { StoredFinding } from "../store/fleet/fleet-findings.ts";
import { findingRow } from "./finding-desk.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Findings open in a range, newest first. */
export async function findingPage(
  context: TenantContext,
  range: TimeRange,
  page: Page,
): Promise<Paged<FindingRow>> {
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor);
  const store = context.store.findings;
  const found = store.list({ ...range, limit: page.limit + 1, after });
  const shown = found.slice(0, page.limit);
  const last = shown.at(-1);
  const more = found.length > shown.length && last !== undefined;
  return {
    data: await Promise.all(shown.map((finding) => rowOf(context, finding))),
    nextCursor: more ? `${last.openedMs}.${last.id}` : undefined,
  };
}

export async function findingById(
  context: TenantContext,
  findingId: string,
): Promise<FindingRow | undefined> {
  const stored = context.store.findings.get(findingId);
  return stored === undefined ? undefined : rowOf(context, stored);
}

function rowOf(context: TenantContext, stored: StoredFinding): Promise<FindingRow> {
  const finding = JSON.parse(stored.payload) as FleetFinding;
  return findingRow(finding, context.runner, (series, about) => explained(context, series, about));
}

async function explained(
  context: TenantContext,
  series: readonly SeriesInfo[],
  about: Pick<ExplainQuestion, "range" | "asOfMs">,
): Promise<ExplainedSeries[]> {
  const byPartition = Map.groupBy(series, (info) => info.partition);
  const answers = await Promise.all(
    [...byPartition].map(([partition, group]) => {
      const handles = group.map(({ handle }) => handle);
      return context.ask(partition, { what: "explain", handles, ...about });
    }),
  );
  return answers.flat();
}

function readCursor(text: string): { openedMs: number; id: string } {
  const match = /^(\d+(?:\.\d+)?)\.(fnd_\w+)$/.exec(text);
  if (match === null) throw new BadCursor("begin again without the cursor");
  return { openedMs: Number(match[1]), id: match[2]! };
}
