import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { tenantViewContract } from "../../packages/server/testing/tenant-view-contract.ts";
import {
  NOON,
  STAGE_SETTINGS,
  type Stage,
} from "../../packages/server/testing/tenant-view-stage.ts";
import { startTestServer, type TestServer } from "../tooling/test-server.ts";

const TENANTS = ["acme", "globex"];

describe("a tenant's view, over worker threads", () => {
  tenantViewContract(stageOnThreads, { disk: "the machine's" });
});

async function stageOnThreads(): Promise<Stage> {
  const dataDir = mkdtempSync(join(tmpdir(), "foreshock-view-"));
  let server = await start(dataDir);
  return {
    // A thread's disk is the machine's own; test/system/faults.test.ts fills it.
    disk: undefined,
    view: (tenantId) => server.running.platform.forTenant(tenantId),
    settled: () => server.running.platform.settled(),
    reopen: async () => {
      await server.close();
      server = await start(dataDir);
    },
    close: async () => {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function start(dataDir: string): Promise<TestServer> {
  const server = await startTestServer({ tenants: TENANTS, dataDir, now: () => NOON });
  const { control } = server.running;
  for (const tenant of TENANTS) control.changeSettings(tenant, STAGE_SETTINGS);
  return server;
}
