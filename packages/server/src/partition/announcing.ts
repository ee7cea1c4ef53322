import { TenantFailed } from "../platform/platform-errors.ts";
import { catchUpFrom } from "./checkpoint.ts";
import { hostOfTenant } from "./clients.ts";
import type { Finished } from "./detection-queue.ts";
import type { AnnounceQuestion, NumberedSeries } from "./fresh-series.ts";
import type { Job } from "./jobs.ts";
import type { LiveSeries } from "./live-series.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { OpenAnswer } from "./protocol.ts";
import { type StoredSeries, storedSeries } from "./stored-series.ts";

type Runtimes = ReadonlyMap<number, PartitionRuntime>;

/** Series that are announced in one unit: taking up a saved fold takes some 50 microseconds, or points. */
const UNIT_SERIES = 200;
const POINTS_PER_SERIES = 50;

/** Makes stored series known under a host's numbers, and reads their folds back. */
export function* naming(runtimes: Runtimes, stored: readonly NumberedSeries[]): Job {
  let done = 0;
  for (const { partition, seriesIds, handles } of stored) {
    const runtime = ownedBy(runtimes, partition);
    for (let k = 0; k < handles.length; k++) {
      runtime.nameStored(handles[k]!, seriesIds[k]!);
      if (++done % UNIT_SERIES === 0) yield UNIT_SERIES * POINTS_PER_SERIES;
    }
  }
  return undefined;
}

/**
 * After `open`: a host's numbers for what is stored; then what came after the saved states is folded. It is
 * answered when that is done; others are served meanwhile. False where that had to be left for later.
 * Fails with `TenantFailed` where detection threw.
 */
export function* announcing(runtimes: Runtimes, question: AnnounceQuestion, send: () => void): Job {
  const { behind } = question;
  const froms = new Map(
    [...runtimes.keys()].map((partition) => [partition, new Map<string, number>()]),
  );
  for (const { partition, tenantId, fromMs } of behind) froms.get(partition)?.set(tenantId, fromMs);
  // Whoever wants a tenant's points again has let it out of quarantine.
  const wanted = new Set(behind.map(({ tenantId }) => tenantId));
  for (const runtime of runtimes.values()) runtime.quarantine.release(wanted);
  const tenantIds = tenantsOf(runtimes, question);
  for (const runtime of runtimes.values()) runtime.quarantine.takeUp(tenantIds);
  const open = Promise.withResolvers<void>();
  let waiting = 1;
  let isWhole = true;
  const finished: Finished = (isDone, failure) => {
    isWhole &&= isDone;
    waiting--;
    if (failure !== undefined) open.reject(failure);
    else if (waiting === 0) open.resolve();
  };
  // It may fail before it is waited for.
  open.promise.catch(() => {});
  let done = 0;
  for (const [partition, runtime, live] of announced(runtimes, question)) {
    runtime.tell(live);
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
  demandNoFailure(runtimes, tenantIds);
  send();
  return isWhole;
}

/** The series that are announced, each with its partition. */
function* announced(
  runtimes: Runtimes,
  { series, named = new Int32Array() }: AnnounceQuestion,
): Iterable<readonly [partition: number, PartitionRuntime, LiveSeries]> {
  for (const { partition, ...fresh } of series) {
    const runtime = ownedBy(runtimes, partition);
    yield [partition, runtime, runtime.name(fresh)];
  }
  for (const handle of named) {
    for (const [partition, runtime] of runtimes) {
      const live = runtime.byHandle(handle);
      if (live !== undefined) yield [partition, runtime, live];
    }
  }
}

function ownedBy(runtimes: Runtimes, partition: number): PartitionRuntime {
  const runtime = runtimes.get(partition);
  if (runtime !== undefined) return runtime;
  throw new Error(`partition ${partition} is not owned by this worker`);
}

function tenantsOf(
  runtimes: Runtimes,
  { series, named = new Int32Array() }: AnnounceQuestion,
): ReadonlySet<string> {
  const tenantIds = new Set(series.map(({ key }) => key.tenantId));
  for (const handle of named) {
    for (const runtime of runtimes.values()) {
      const live = runtime.byHandle(handle);
      if (live !== undefined) tenantIds.add(live.key.tenantId);
    }
  }
  return tenantIds;
}

/** @throws TenantFailed where detection threw meanwhile, in whatever work. */
function demandNoFailure(runtimes: Runtimes, tenantIds: ReadonlySet<string>): void {
  for (const { quarantine } of runtimes.values()) {
    const failed = [...tenantIds].find((tenantId) => quarantine.hasFailed(tenantId));
    if (failed !== undefined) throw new TenantFailed(`the detection of ${failed} failed`);
  }
}

/** What a host's tenants have here; a unit for each partition. */
export function* opening(
  runtimes: Runtimes,
  client: number,
  clientCount: number,
): Generator<number, OpenAnswer> {
  const stored: StoredSeries[] = [];
  const detected: Record<number, number> = {};
  const isMeant = (tenantId: string) => hostOfTenant(tenantId, clientCount) === client;
  for (const [partition, { store, hasFolded }] of runtimes) {
    stored.push(storedSeries(partition, store, isMeant));
    detected[partition] = hasFolded ? Number.MAX_SAFE_INTEGER : store.detectedPosition;
    yield store.seriesCount;
  }
  return { stored, detected };
}
