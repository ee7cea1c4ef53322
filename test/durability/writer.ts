import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { roundRuns } from "./workload.ts";

// Not a static import: a path into another package's sources cannot be rewritten on emit.
const STORE = new URL("../../packages/server/src/store/", import.meta.url);
type StoreModule = typeof import("../../packages/server/src/store/partition/partition-store.ts");
type BatchModule = typeof import("../../packages/server/src/store/codec/point-batch.ts");
type ErrorModule = typeof import("../../packages/server/src/store/sqlite/store-error.ts");
const { PartitionStore }: StoreModule = await import(
  new URL("partition/partition-store.ts", STORE).href
);
const { StoreUnavailable }: ErrorModule = await import(
  new URL("sqlite/store-error.ts", STORE).href
);
const { pointBatch }: BatchModule = await import(new URL("codec/point-batch.ts", STORE).href);

/**
 * `node writer.ts DIR ROUND`: writes round after round into the partition in DIR for as long as it
 * lives. After the commit of a round it writes the round's number on a line of its own; "refused"
 * and the reason where the store could not write, and tries again.
 */
const [dir, first] = process.argv.slice(2);
const store = PartitionStore.open(dir!, {
  onDamage: ({ reason }) => {
    throw new Error(reason);
  },
});
for (let round = Number(first); ; round++) {
  const runs = roundRuns(round).map(({ series, timestampsMs, values }) => ({
    seriesId: store.intern({
      tenantId: "t",
      clusterId: "c",
      nodeId: "n",
      metricName: series,
      metadata: {},
    }),
    timestampsMs,
    values,
  }));
  store.append(pointBatch(runs));
  while (!tried(() => store.commit())) await setTimeout(20);
  writeSync(1, `${round}\n`);
  if (round % 11 === 10) tried(() => store.checkpoint(store.position));
}

function tried(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof StoreUnavailable && error.retryable)) throw error;
    writeSync(1, `refused ${error.reason}\n`);
    return false;
  }
}
