import { Refusal } from "./refusal.ts";

/** Whose data it is. Made by `tenantIdOf` only, so a raw string cannot stand in for a checked one. */
export type TenantId = string & { readonly __tenantId: never };

/** Place of a series: one metric of one node of one cluster of one tenant. */
export interface SeriesKey {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metricName: string;
}

/** @throws Refusal "id/empty". */
export function tenantIdOf(text: string): TenantId {
  return nonEmpty("tenantId", text) as TenantId;
}

/** A checked copy of the key. @throws Refusal "id/empty" naming the first empty part. */
export function seriesKey(key: SeriesKey): SeriesKey {
  return {
    tenantId: nonEmpty("tenantId", key.tenantId),
    clusterId: nonEmpty("clusterId", key.clusterId),
    nodeId: nonEmpty("nodeId", key.nodeId),
    metricName: nonEmpty("metricName", key.metricName),
  };
}

/** One text per key, different keys never share one (parts are separated by NUL). */
export function seriesKeyText(key: SeriesKey): string {
  return `${key.tenantId}\0${key.clusterId}\0${key.nodeId}\0${key.metricName}`;
}

/** The text itself when it holds more than white space. @throws Refusal "id/empty". */
export function nonEmpty(name: string, text: string): string {
  if (typeof text !== "string" || text.trim() === "") {
    throw new Refusal("id/empty", `${name} must not be empty`, { name });
  }
  return text;
}
