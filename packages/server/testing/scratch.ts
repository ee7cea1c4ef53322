import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PartitionStore } from "../src/store/partition/partition-store.ts";

/** An empty folder for one test, and a way to take a folder as a killed process would leave it. */
export interface Scratch {
  readonly dir: string;
  /** A copy of what is on disk now: what a process killed at this instant leaves behind. */
  crashed(dir: string): string;
  remove(): void;
}

export function scratch(): Scratch {
  const dir = mkdtempSync(join(tmpdir(), "foreshock-store-"));
  let copies = 0;
  return {
    dir: join(dir, "p0"),
    crashed(from: string): string {
      const to = join(dir, `copy-${copies++}`);
      if (existsSync(from)) cpSync(from, to, { recursive: true });
      return to;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Durable series 0 and 1 of tenant acme and 2 of tenant other, without points. */
export function internTwoTenants(store: PartitionStore): void {
  for (const tenantId of ["acme", "acme", "other"]) {
    const metricName = `m${store.seriesCount}`;
    store.intern({ tenantId, clusterId: "c", nodeId: "n", metricName, metadata: {} });
  }
  store.commit();
}
