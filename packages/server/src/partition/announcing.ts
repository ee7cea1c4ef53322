import { catchUpFrom } from "./checkpoint.ts";
import { hostOfTenant } from "./clients.ts";
import type { Job } from "./jobs.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { OpenAnswer, Question, StoredSeries } from "./protocol.ts";

/** Series that are announced in one unit: taking up a saved fold takes some 50 microseconds, or points. */
const UNIT_SERIES = 200;
const POINTS_PER_SERIES = 50;

/**
 * After `open`: a host's numbers for what is stored; then what came after the saved states is folded. It is
 * answered when that is done; others are served meanwhile. False where that had to be left for later.
 */
export function* announcing(
  runtimes: ReadonlyMap<number, PartitionRuntime>,
  { series, behind }: Extract<Question, { what: "announce" }>,
  send: () => void,
): Job {
  const froms = new Map(
    [...runtimes.keys()].map((partition) => [partition, new Map<string, number>()]),
  );
  for (const { partition, tenantId, fromMs } of behind) froms.get(partition)?.set(tenantId, fromMs);
  // Whoever wants a tenant's points again has let it out of quarantine.
  const wanted = new Set(behind.map(({ tenantId }) => tenantId));
  for (const runtime of runtimes.values()) runtime.quarantine.release(wanted);
  const open = Promise.withResolvers<void>();
  let waiting = 1;
  let isWhole = true;
  const finished = (isDone: boolean): void => {
    isWhole &&= isDone;
    waiting--;
    if (waiting === 0) open.resolve();
  };
  let done = 0;
  for (const { partition, ...fresh } of series) {
    const runtime = runtimes.get(partition);
    if (runtime === undefined)
      throw new Error(`partition ${partition} is not owned by this worker`);
    const live = runtime.announce(fresh);
    if (runtime.quarantine.has(live.key.tenantId)) continue;
    const fromMs = catchUpFrom(runtime, live, froms.get(partition)!);
    if (fromMs !== undefined) {
      waiting++;
      runtime.catchUp(live, fromMs, finished);
    }
    if (++done % UNIT_SERIES === 0) yield UNIT_SERIES * POINTS_PER_SERIES;
  }
  finished(true);
  yield open.promise;
  send();
  return isWhole;
}

/** What a host's tenants have here. */
export function opening(
  runtimes: ReadonlyMap<number, PartitionRuntime>,
  client: number,
  clientCount: number,
): OpenAnswer {
  const series: StoredSeries[] = [];
  const detected: Record<number, number> = {};
  for (const [partition, { store, hasFolded }] of runtimes) {
    for (const entry of store.entries()) {
      if (hostOfTenant(entry.tenantId, clientCount) !== client) continue;
      series.push({ partition, ...entry });
    }
    detected[partition] = hasFolded ? Number.MAX_SAFE_INTEGER : store.detectedPosition;
  }
  return { series, detected };
}
