import type { Pace } from "../src/platform/pace.ts";
import { UNPACED } from "../src/platform/pace.ts";
import { FindingDesk } from "../src/query/finding-desk.ts";
import { HeavyReads } from "../src/query/heavy-reads.ts";
import { TenantContext } from "../src/query/tenant-context.ts";
import { TenantReads } from "../src/query/tenant-reads.ts";
import type { RealPlatform } from "./real-platform.ts";

/** What the reads of a tenant stand on, in a real platform. */
export function contextOf({ platform, clock, settings }: RealPlatform, tenantId: string) {
  return new TenantContext({
    tenantId,
    directory: platform.directory.tenant(tenantId),
    partitions: platform.pool,
    store: platform.fleetStore.forTenant(tenantId),
    counters: platform.counters(tenantId),
    now: clock.now,
    runner: () => platform.runner(tenantId),
    settings: () => settings.of(tenantId),
    backlogPoints: () => platform.intake.inFlight.points(tenantId),
  });
}

/** All reads of a tenant of a real platform, at a pace of the test's own. */
export function readsOf(real: RealPlatform, tenantId: string, pace: Pace): TenantReads {
  const context = contextOf(real, tenantId);
  const desk = new FindingDesk(context, () => {}, UNPACED);
  return new TenantReads({ context, desk, heavy: new HeavyReads() }, pace);
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
