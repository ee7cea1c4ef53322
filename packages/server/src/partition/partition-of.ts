import { hash } from "node:crypto";

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
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(`${tenantId}\0${clusterId}\0${nodeId}`)) {
    sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  }
  return sum % partitionCount;
}

/** The public id of a series inside its tenant: stable across restarts, says nothing by itself. */
export function seriesIdOf(clusterId: string, nodeId: string, metricName: string): string {
  const digest = hash("sha256", `${clusterId}\0${nodeId}\0${metricName}`);
  return `srs_${digest.slice(0, 20)}`;
}
