import { createHash } from "node:crypto";

/**
 * Which partition owns a node: all metrics of a node live together. FNV-1a over UTF-8, so that a
 * data folder keeps its meaning across versions and machines.
 */
export function partitionOf(
  tenantId: string,
  clusterId: string,
  nodeId: string,
  partitionCount: number,
): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${tenantId}\0${clusterId}\0${nodeId}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % partitionCount;
}

/** The public id of a series inside its tenant: stable across restarts, says nothing by itself. */
export function seriesIdOf(clusterId: string, nodeId: string, metricName: string): string {
  const digest = createHash("sha256")
    .update(`${clusterId}\0${nodeId}\0${metricName}`)
    .digest("hex");
  return `srs_${digest.slice(0, 20)}`;
}
