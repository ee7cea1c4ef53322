import { DAY_MS } from "@foreshock/core";
import type { IngestReport } from "../platform/ingest-series.ts";
import type { GatedBatch, LateRun } from "./ingest-gate.ts";
import type { PartitionPool } from "./partition-pool.ts";

/** Series and days that one batch may have looked up, so that points strewn over years cannot hold a worker. */
const READS_MAX = 5000;

/**
 * What to answer for a batch whose points are stored. Those that came too late are looked up first: a
 * sender that repeats what it got no answer for, hours of it, is told that it is accepted.
 */
export async function reportOf(gated: GatedBatch, pool: PartitionPool): Promise<IngestReport> {
  const { acceptedPoints, rejects, late } = gated;
  const chosen = affordable(late);
  let found = 0;
  const counts = await countsOf(chosen, pool);
  for (const run of late) {
    const stored = counts.get(run) ?? 0;
    found += stored;
    if (stored < run.times.length) rejects.add("too-late", run.info.key, run.times.length - stored);
  }
  return rejects.report(acceptedPoints + found);
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
