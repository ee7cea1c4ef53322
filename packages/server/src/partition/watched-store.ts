import type { SeriesKey } from "@foreshock/core/fold";
import { PartitionStore } from "../store/partition/partition-store.ts";
import type { Damage } from "../store/sqlite/damage.ts";
import type { Disk } from "../store/sqlite/disk.ts";
import { damageReport } from "./damage-report.ts";
import type { DamageMessage } from "./protocol.ts";

/** Opens a partition's store; what is damaged in it, now or later, is passed on as a message. */
export function openWatchedStore(
  dir: string,
  partition: number,
  report: (message: DamageMessage) => void,
  disk?: Disk,
): PartitionStore {
  const early: Damage[] = [];
  let opened: PartitionStore | undefined;
  const tell = (damage: Damage): void => {
    // Series have no names before everything is restored.
    if (opened === undefined) early.push(damage);
    else report({ type: "damage", partition, ...damageReport(damage, seriesOf(damage, opened)) });
  };
  opened = PartitionStore.open(dir, { onDamage: tell, disk });
  early.forEach(tell);
  return opened;
}

function seriesOf({ seriesId }: Damage, store: PartitionStore): SeriesKey | undefined {
  // The number itself may be what is damaged.
  if (seriesId === undefined || !(seriesId >= 0 && seriesId < store.seriesCount)) return undefined;
  return store.entry(seriesId);
}
