import { DAY_MS } from "@foreshock/core/fold";
import type { IngestReport, PutPoints } from "../platform/ingest-series.ts";
import type { GatedBatch, LateRun } from "./ingest-gate.ts";
import type { PartitionPool } from "./partition-pool.ts";

/** Reads (one per series and day) that one batch may cause, so that points spread over years cannot occupy a worker. */
const READS_MAX = 5000;

/**
 * The report of a batch whose accepted points are stored. Points that are too late are looked up first:
 * a sender that retries after a lost response, even hours later, gets them reported as accepted.
 */
export async function reportOf(
  gated: GatedBatch,
  put: PutPoints,
  pool: PartitionPool,
): Promise<IngestReport> {
  const { acceptedPoints, rejects, late } = gated;
  const chosen = affordable(late);
  let found = 0;
  const counts = await countsOf(chosen, pool);
  for (const run of late) {
    const stored = counts.get(run) ?? 0;
    found += stored;
    if (stored < run.times.length) rejects.add("too-late", run.info.key, run.times.length - stored);
  }
  const duplicatePoints = put.duplicatePoints + found;
  return rejects.report(acceptedPoints + found, { ...put, duplicatePoints });
}

async function countsOf(
  runs: readonly LateRun[],
  pool: PartitionPool,
): Promise<ReadonlyMap<LateRun, number>> {
  const counts = new Map<LateRun, number>();
  const byPartition = Map.groupBy(runs, ({ info }) => info.partition);
  await Promise.all(
    Array.from(byPartition, async ([partition, own]) => {
      const asked = own.map(({ info, times, values }) => ({ handle: info.handle, times, values }));
      const answer = await pool.ask(partition, { what: "count-stored", runs: asked });
      own.forEach((run, k) => void counts.set(run, answer[k]!));
    }),
  );
  return counts;
}

function affordable(late: readonly LateRun[]): LateRun[] {
  let reads = 0;
  return late.filter(({ times }) => {
    reads += new Set(times.map((at) => Math.floor(at / DAY_MS))).size;
    return reads <= READS_MAX;
  });
}
