import { describe } from "vitest";
import { SimulatedFleet } from "../../packages/server/src/demo/fleet.ts";
import { batchOf } from "../../packages/server/src/platform/ingest-batch.ts";
import { startTestServer } from "../tooling/test-server.ts";
import { hasBrowser } from "./browser.ts";
import { dashboardSuite } from "./dashboard-suite.ts";

/** A small fleet with the known faults: what the pages show comes from real detection. */
const NODES = 60;
const DAYS = 14;

if (!hasBrowser()) console.warn("SKIPPED, LOUDLY: install chromium to run the browser tests");

describe.runIf(hasBrowser())("the dashboard on the real server", () => {
  dashboardSuite(async () => {
    const fleet = new SimulatedFleet({
      seed: 1,
      nodes: NODES,
      days: DAYS,
      endMs: Date.now(),
      faults: true,
    });
    const tenants = fleet.plan.tenants.map(({ tenantId }) => tenantId);
    const server = await startTestServer({ tenants });
    for (const { tenantId, series } of fleet.history(fleet.endMs)) {
      await server.running.platform.forTenant(tenantId).ingest(batchOf(series));
    }
    await server.running.platform.settled();
    return { url: server.url, key: server.operatorKey, stop: () => server.close() };
  });
});
