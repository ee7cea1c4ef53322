import type { TimeRange } from "@foreshock/core";
import { PartitionStore } from "../store/partition/partition-store.ts";
import type { Damage } from "../store/sqlite/damage.ts";
import type { Disk } from "../store/sqlite/disk.ts";
import { seriesIdOf } from "./partition-of.ts";
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
    else report(messageOf(damage, partition, opened));
  };
  opened = PartitionStore.open(dir, { onDamage: tell, disk });
  early.forEach(tell);
  return opened;
}

function messageOf(damage: Damage, partition: number, store: PartitionStore): DamageMessage {
  const { kind: item, file, points, reason, keptAs: action } = damage;
  return {
    type: "damage",
    partition,
    item,
    file,
    series: seriesOf(damage, store),
    range: rangeOf(damage),
    points: Number.isNaN(points) ? undefined : points,
    reason,
    action,
  };
}

function seriesOf({ seriesId }: Damage, store: PartitionStore): DamageMessage["series"] {
  // The number itself may be what is damaged.
  if (seriesId === undefined || !(seriesId >= 0 && seriesId < store.seriesCount)) return undefined;
  const { tenantId, clusterId, nodeId, metricName } = store.entry(seriesId);
  return { tenantId, seriesId: seriesIdOf(clusterId, nodeId, metricName) };
}

function rangeOf({ startMs, endMs }: Damage): TimeRange | undefined {
  return startMs < endMs ? { startMs, endMs } : undefined;
}
