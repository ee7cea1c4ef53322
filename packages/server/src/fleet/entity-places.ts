import type { FleetNames } from "@foreshock/core/fold";
import type { EntityPlace } from "./rollup-history.ts";

export function nodePlace(names: FleetNames, n: number): EntityPlace {
  const clusterId = names.clusterIds[names.nodeCluster[n]!]!;
  return { level: "node", clusterId, nodeId: names.nodeIds[n]! };
}

export function clusterPlace(names: FleetNames, c: number): EntityPlace {
  return { level: "cluster", clusterId: names.clusterIds[c]!, nodeId: "" };
}

export const TENANT_PLACE: EntityPlace = { level: "tenant", clusterId: "", nodeId: "" };
