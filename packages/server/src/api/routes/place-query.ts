import { z } from "zod";
import type { PlaceFilter } from "../../platform/platform.ts";
import { TimeParam } from "../time-param.ts";

const Name = z.string().min(1).max(4096).optional();

/** For operator keys; read by the door (`access.ts`), listed here so that strict queries admit it. */
export const tenantQuery = {
  tenant: z.string().optional().describe("Operator keys only: whose data"),
};
export const clusterQuery = { cluster: Name };
export const nodeQuery = { node: Name };
export const metricQuery = { metric: Name };
export const placeQuery = { ...clusterQuery, ...nodeQuery, ...metricQuery };

export const rangeQuery = { from: TimeParam, to: TimeParam };

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().min(1).max(512).optional(),
};

export function placeFilter(query: {
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
  readonly metric?: string | undefined;
}): PlaceFilter {
  return { clusterId: query.cluster, nodeId: query.node, metricName: query.metric };
}
