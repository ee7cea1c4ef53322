import { it } from "vitest";
import { TENANT_VIEW_LAWS } from "./tenant-view-laws.ts";
import type { Stage } from "./tenant-view-stage.ts";

/**
 * What every platform owes its tenants. Each implementation's test file calls it once, inside
 * `describe`. Laws of a full disk hold where the stage can fill it; over threads `test/system/faults.test.ts` does.
 */
export function tenantViewContract(
  openStage: () => Promise<Stage>,
  { disk }: { readonly disk: "faulty" | "the machine's" },
): void {
  const laws = TENANT_VIEW_LAWS.filter((law) => disk === "faulty" || law.needsFaultyDisk !== true);
  for (const { sentence, holds } of laws) {
    it(sentence, async () => {
      const stage = await openStage();
      try {
        await holds(stage);
      } finally {
        await stage.close();
      }
    });
  }
}
