import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PartitionStoreOptions } from "../src/store/partition/partition-parts.ts";
import type { PartitionStore } from "../src/store/partition/partition-store.ts";

/** For stores in which nothing is damaged: whatever is reported fails the test. */
export const UNHARMED: PartitionStoreOptions = {
  onDamage: (damage) => {
    throw new Error(`unexpected damage: ${JSON.stringify(damage)}`);
  },
};

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

/** Checks every sealed chunk once. */
export function scrubAll(store: PartitionStore): void {
  for (let share = 0; share < 0.999; ) share += store.scrubNext(100);
}

/** Durable series 0 and 1 of tenant acme and 2 of tenant other, without points. */
export function internTwoTenants(store: PartitionStore): void {
  for (const tenantId of ["acme", "acme", "other"]) {
    const metricName = `m${store.seriesCount}`;
    store.intern({ tenantId, clusterId: "c", nodeId: "n", metricName, metadata: {} });
  }
  store.commit();
}
