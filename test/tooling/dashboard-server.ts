import { DAY_MS } from "@foreshock/core/fold";
import { SimulatedFleet } from "../../packages/server/src/demo/fleet.ts";
import { batchOf } from "../../packages/server/src/platform/ingest-batch.ts";
import { startTestServer } from "./test-server.ts";

/** What there is to see: faults, a fleet without any, a fleet that is a day old, or nothing. */
export type FleetState = "faults" | "calm" | "learning" | "empty";

export interface DashboardOptions {
  readonly state: FleetState;
  readonly nodes: number;
  readonly port?: number;
}

/**
 * The real server with a simulated fleet in it: what the pages show comes from real detection. `key`
 * reads one of the tenants, `operatorKey` all of them.
 */
export async function dashboardServer({ state, nodes, port = 0 }: DashboardOptions) {
  const fleet = new SimulatedFleet({
    seed: 1,
    nodes,
    days: 14,
    endMs: Date.now(),
    faults: state === "faults",
  });
  const server = await startTestServer({
    tenants: fleet.plan.tenants.map(({ tenantId }) => tenantId),
    port,
  });
  const { platform } = server.running;
  for (const { tenantId, startMs, series } of fleet.history(fleet.endMs)) {
    if (!isSent(state, fleet.endMs - startMs)) continue;
    await platform.forTenant(tenantId).ingest(batchOf(series));
  }
  await platform.settled();
  const { url, operatorKey } = server;
  const [first] = fleet.plan.tenants.map(({ tenantId }) => tenantId).sort();
  return { url, key: server.keys(first!).read, operatorKey, stop: () => server.close() };
}

function isSent(state: FleetState, ageMs: number): boolean {
  return state !== "empty" && (state !== "learning" || ageMs <= DAY_MS);
}
