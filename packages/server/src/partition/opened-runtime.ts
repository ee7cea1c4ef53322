import { join } from "node:path";
import type { Emissions } from "./emission.ts";
import type { PartitionOwnerOptions, RuntimeOptions } from "./owner-options.ts";
import { PartitionRuntime } from "./partition-runtime.ts";
import type { DamageMessage } from "./protocol.ts";
import { tellOver } from "./read/anomaly-reads.ts";
import { openWatchedStore } from "./watched-store.ts";

/** Opens the files of one partition and takes up what is in them. `tell` hears of damage. @throws StoreUnavailable */
export function openedRuntime(
  partition: number,
  { dataDir, partitions, disk, historyBytesMax }: PartitionOwnerOptions,
  emissions: Emissions,
  shared: Pick<RuntimeOptions, "progress" | "quarantine">,
  tell: (damage: DamageMessage) => void,
): PartitionRuntime {
  const store = openWatchedStore(join(dataDir, `p${partition}`), partition, tell, disk);
  const runtime = new PartitionRuntime(store, emissions, {
    ...shared,
    ...(historyBytesMax !== undefined && {
      historyBytesMax: historyBytesMax / partitions.length,
    }),
  });
  runtime.results.ahead.tell = (episode) => tellOver(runtime, episode);
  return runtime;
}
