import { describe, expect, it } from "vitest";
import { LAZY_PLATFORMS, withShortcut } from "../../testing/lazy-views.ts";
import { openRealPlatform } from "../../testing/real-platform.ts";
import { tenantViewContract } from "../../testing/tenant-view-contract.ts";
import { TENANT_VIEW_LAWS } from "../../testing/tenant-view-laws.ts";
import { STAGE_SETTINGS, type Stage } from "../../testing/tenant-view-stage.ts";

describe("a tenant's view, over partition owners in this thread", () => {
  tenantViewContract(stageInProcess, { disk: "faulty" });
});

describe("the contract of a tenant's view", () => {
  it.each(LAZY_PLATFORMS)("refuses a platform that $name", async ({ breaks, lazy }) => {
    const law = TENANT_VIEW_LAWS.find(({ sentence }) => sentence === breaks);
    const stage = await stageInProcess();
    try {
      await expect(law!.holds(lazy(stage))).rejects.toThrow(
        /expected|instead of rejecting|no series|in a circle/,
      );
    } finally {
      await stage.close();
    }
  });

  it("refuses none for being wrapped", async () => {
    const law = TENANT_VIEW_LAWS.find(({ sentence }) => sentence.startsWith("pages over"));
    const stage = await stageInProcess();
    try {
      await law!.holds(withShortcut(stage, () => ({})));
    } finally {
      await stage.close();
    }
  });
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
    close: () => {
      real.disk.makeRoom();
      return real.close();
    },
  };
}
