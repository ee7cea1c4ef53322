import type { SeriesInfo } from "../dispatch/directory.ts";
import type { StrongestQuestion } from "../partition/protocol.ts";
import type { AnomalyRow } from "../platform/platform.ts";
import { anomalyRow } from "./anomaly-rows.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Series to be looked at together; "all" = every series of the tenant. */
export type SeriesGroup = readonly SeriesInfo[] | "all";

/**
 * The strongest episode of each group of series in a range. One question per partition that holds any
 * of them, however many groups there are.
 */
export async function strongestOf(
  context: TenantContext,
  groups: readonly SeriesGroup[],
  about: Pick<StrongestQuestion, "range" | "minScore">,
): Promise<(AnomalyRow | undefined)[]> {
  const best: (AnomalyRow | undefined)[] = groups.map(() => undefined);
  const { tenantId, directory } = context;
  const asks = [...byPartition(groups)].map(async ([partition, parts]) => {
    const asked = parts.map(({ handles }) => handles);
    const question = { what: "strongest", tenantId, ...about, groups: asked } as const;
    const found =
      partition === "all"
        ? (await context.askAll(question)).flat()
        : await context.ask(partition, question);
    for (const { group, episode } of found) {
      const { index } = parts[group]!;
      const row = anomalyRow(directory.byHandle(episode.handle), episode);
      if (isStronger(row, best[index])) best[index] = row;
    }
  });
  await Promise.all(asks);
  return best;
}

/** What of a group one partition holds. */
interface GroupPart {
  readonly index: number;
  readonly handles: number[] | "all";
}

function byPartition(groups: readonly SeriesGroup[]): Map<number | "all", GroupPart[]> {
  const parts = new Map<number | "all", GroupPart[]>();
  groups.forEach((series, index) => {
    if (series === "all") {
      add(parts, "all", { index, handles: "all" });
      return;
    }
    const own = Map.groupBy(series, ({ partition }) => partition);
    for (const [partition, held] of own) {
      add(parts, partition, { index, handles: held.map(({ handle }) => handle) });
    }
  });
  return parts;
}

function add<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Higher score, then the newer one, then by id. */
function isStronger(row: AnomalyRow, than: AnomalyRow | undefined): boolean {
  if (than === undefined) return true;
  if (row.score !== than.score) return row.score > than.score;
  if (row.windowStart !== than.windowStart) return row.windowStart > than.windowStart;
  return row.id < than.id;
}
