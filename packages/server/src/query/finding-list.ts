import type { TimeRange } from "@foreshock/core/fold";
import { fewAtOnce } from "../platform/few-at-once.ts";
import type { Pace } from "../platform/pace.ts";
import type { FindingRow, Page, Paged } from "../platform/platform.ts";
import { BadCursor } from "../platform/platform-errors.ts";
import type { FindingDesk } from "./finding-desk.ts";
import { CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Findings whose explanations are made at once, where they are not made yet. */
const AT_ONCE = 4;

/**
 * Findings open in a range, newest first. Cost: the page; those that are not explained yet ask the
 * partitions, a few at a time. Memory: a row has at most twelve parts and 100 nodes.
 */
export async function findingPage(
  context: TenantContext,
  desk: FindingDesk,
  { range, page }: { readonly range: TimeRange; readonly page: Page },
  pace: Pace,
): Promise<Paged<FindingRow>> {
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor);
  const store = context.store.findings;
  const found = store.list({ ...range, limit: page.limit + 1, after });
  const shown = found.slice(0, page.limit);
  const last = shown.at(-1);
  const more = found.length > shown.length && last !== undefined;
  const data = await fewAtOnce(
    shown,
    AT_ONCE,
    (one) => desk.row(one),
    (count) => pace.spend(count * CELLS.finding),
  );
  return {
    data,
    nextCursor: more ? `${last.openedMs}.${last.id}` : undefined,
  };
}

export async function findingById(
  context: TenantContext,
  desk: FindingDesk,
  findingId: string,
): Promise<FindingRow | undefined> {
  const stored = context.store.findings.get(findingId);
  return stored === undefined ? undefined : desk.row(stored);
}

function readCursor(text: string): { openedMs: number; id: string } {
  const match = /^(\d+(?:\.\d+)?)\.(fnd_\w+)$/.exec(text);
  if (match === null) throw new BadCursor("begin again without the cursor");
  return { openedMs: Number(match[1]), id: match[2]! };
}
