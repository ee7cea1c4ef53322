import { afterAll, beforeAll, expect, it } from "vitest";
import { SimulatedFleet, STEP_MS } from "../../packages/server/src/demo/fleet.ts";
import { LIVE_RECIPES, type LiveFaultKind } from "../../packages/server/src/demo/live-faults.ts";
import { batchOf } from "../../packages/server/src/platform/ingest-batch.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const END = Date.UTC(2026, 10, 23, 18);
/** As `foreshock demo`: the last hours are replayed. */
const REPLAYED_MS = 6 * 3_600_000;
const STEPS_MAX = 2;

let server: TestServer;
const fleet = new SimulatedFleet({ seed: 1, nodes: 120, days: 28, endMs: END, faults: true });
const tenants = fleet.plan.tenants.map(({ tenantId }) => tenantId);

beforeAll(async () => {
  server = await startTestServer({ tenants, now: () => END });
  await sendTo(END - REPLAYED_MS);
}, 300_000);

afterAll(() => server.close());

it("shows a fault that is put in by hand as a finding within two steps, in each tenant", async () => {
  const kinds = Object.keys(LIVE_RECIPES) as LiveFaultKind[];
  const hit = new Set<string>();
  for (let press = 0; press < tenants.length; press++) {
    const fault = fleet.inject(kinds[press % kinds.length]!);
    hit.add(fault.tenant);
    await sendTo(fleet.cursorMs + STEPS_MAX * STEP_MS);
    const range = { startMs: fault.startMs, endMs: fleet.cursorMs };
    const { data } = await server.running.platform
      .forTenant(fault.tenant)
      .findings(range, { limit: 100 });
    const found = data.filter(({ openedAt }) => openedAt >= fault.startMs);
    expect(
      found.map(({ node }) => node),
      fault.title,
    ).toEqual(fault.nodes);
    expect(fault.kinds).toContain(found[0]!.kind);
  }
  expect(hit.size).toBe(tenants.length);
});

async function sendTo(untilMs: number): Promise<void> {
  for (const { tenantId, series } of fleet.history(untilMs)) {
    await server.running.platform.forTenant(tenantId).ingest(batchOf(series));
  }
  await server.running.platform.settled();
}
