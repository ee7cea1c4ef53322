import { describe } from "vitest";
import { openRealPlatform } from "../../testing/real-platform.ts";
import { tenantViewContract } from "../../testing/tenant-view-contract.ts";
import { STAGE_SETTINGS, type Stage } from "../../testing/tenant-view-stage.ts";

describe("a tenant's view, over partition owners in this thread", () => {
  tenantViewContract(stageInProcess);
});

async function stageInProcess(): Promise<Stage> {
  let real = await openRealPlatform({ settings: STAGE_SETTINGS });
  return {
    disk: real.disk,
    view: (tenantId) => real.view(tenantId),
    settled: () => real.platform.settled(),
    reopen: async () => {
      real = await real.reopened();
    },
    close: () => real.close(),
  };
}
