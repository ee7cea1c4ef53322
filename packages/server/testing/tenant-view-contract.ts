import { it } from "vitest";
import { TENANT_VIEW_LAWS } from "./tenant-view-laws.ts";
import type { Stage } from "./tenant-view-stage.ts";

/** What every platform owes its tenants. Each implementation's test file calls it once, inside `describe`. */
export function tenantViewContract(openStage: () => Promise<Stage>): void {
  for (const { sentence, holds, needsFaultyDisk } of TENANT_VIEW_LAWS) {
    it(sentence, async (context) => {
      const stage = await openStage();
      try {
        if (needsFaultyDisk === true && stage.disk === undefined) context.skip();
        await holds(stage);
      } finally {
        await stage.close();
      }
    });
  }
}
