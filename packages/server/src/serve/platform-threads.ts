import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { HostPool } from "../host/host-pool.ts";
import { LostThread } from "../watch/lost-thread.ts";
import type { PlatformThread } from "./memory-keeper.ts";
import type { OwnerRuns } from "./owner-runs.ts";

/** All threads that work for tenants, with what they take. */
export function platformThreads(
  hosts: HostPool,
  pool: PartitionPool,
  owners: OwnerRuns,
): readonly PlatformThread[] {
  const ofHosts = Array.from({ length: hosts.hostCount }, (_, host) => ({
    ...({ kind: "host", name: `host ${host}`, host } as const),
    bytes: () => hosts.memoryBytes(host),
    end: ({ message }: Error) => void hosts.end(host, new LostThread(message)),
  }));
  const ofOwners = Array.from({ length: pool.ownerCount }, (_, owner) => ({
    ...({ kind: "owner", name: `owner ${owner}` } as const),
    bytes: () => owners.memoryBytes(owner),
    end: ({ message }: Error) => void pool.end(owner, new LostThread(message)),
  }));
  return [...ofHosts, ...ofOwners];
}
