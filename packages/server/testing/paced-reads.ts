import type { Pace } from "../src/platform/pace.ts";
import type { PacedReads } from "../src/query/paced-reads.ts";
import { TenantContext } from "../src/query/tenant-context.ts";
import type { RealPlatform } from "./real-platform.ts";

/** What the reads of a tenant stand on, in a real platform. */
export function contextOf(real: RealPlatform, tenantId: string): TenantContext {
  const host = real.hostOf(tenantId);
  return new TenantContext({
    tenantId,
    directory: host.directory.tenant(tenantId),
    partitions: host.pool,
    store: host.fleetStore.forTenant(tenantId),
    counters: host.taken.of(tenantId),
    now: real.clock.now,
    watchedSinceMs: real.clock.now(),
    runner: () => host.runner(tenantId),
    settings: () => host.tenants.settingsOf(tenantId),
    quarantine: () => undefined,
    backlogPoints: () => host.intake.inFlight.points(tenantId),
  });
}

/** All reads of a tenant of a real platform, at a pace of the test's own. */
export function readsOf(real: RealPlatform, tenantId: string, pace: Pace): PacedReads {
  return real.hostOf(tenantId).view(tenantId).paced(pace);
}

/** Counts what reads spend; each unit of `unitCells` ends in a turn of its own. */
export class CountingPace implements Pace {
  cells = 0;
  /** The most that was spent in one go. */
  largest = 0;
  turns = 0;
  readonly #unitCells: number;
  #spent = 0;

  constructor(unitCells = Number.POSITIVE_INFINITY) {
    this.#unitCells = unitCells;
  }

  spend(cost: number): Promise<void> | undefined {
    this.cells += cost;
    this.largest = Math.max(this.largest, cost);
    this.#spent += cost;
    if (this.#spent < this.#unitCells) return undefined;
    this.#spent = 0;
    this.turns++;
    return Promise.resolve();
  }
}
