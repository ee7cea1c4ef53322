import type { GatePlace } from "../dispatch/ingest-gate.ts";
import { Intake } from "../dispatch/intake.ts";
import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { FleetHost } from "../fleet/fleet-host.ts";
import { Limits } from "../tenant/limits.ts";
import type { HostMemory } from "./host-memory.ts";
import type { TenantHostOptions } from "./host-options.ts";
import type { HostedTenants } from "./hosted-tenants.ts";
import type { TenantTurns } from "./tenant-turns.ts";

/** What of a host its intake needs. */
export interface IntakeParts {
  readonly pool: PartitionPool;
  readonly memory: HostMemory;
  readonly tenants: HostedTenants;
  readonly fleet: FleetHost;
  readonly turns: TenantTurns;
  view(tenantId: string): { changed(): void };
}

/** The way of points into a host, under its tenants' limits. */
export function intakeOf(
  host: IntakeParts,
  { now, after, monotonicMs, events }: TenantHostOptions,
  place: GatePlace,
  state: () => "starting" | "ready" | "stopping",
): Intake {
  return new Intake({
    ...{ place, pool: host.pool, after, now, state },
    queuedPointsMax: host.memory.queuedPointsMax,
    limits: new Limits({ limitsOf: (id) => host.tenants.settingsOf(id).limits, monotonicMs }),
    seriesLimitsOf: (tenantId) => host.tenants.settingsOf(tenantId).limits,
    // A batch has had its turn when it was unpacked; what it finds of its series holds until it is sent on.
    inUnits: (tenantId, work) => host.turns.goneOn("points", tenantId, work),
    gated: (tenantId) => host.view(tenantId).changed(),
    landed: (tenantId) => host.fleet.touch(tenantId),
    refused: (tenantId, points) => events.notTaken(tenantId, "store-unavailable", points),
  });
}
