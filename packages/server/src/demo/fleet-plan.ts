import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";

/** Which tenants, clusters and nodes the simulated fleet has. A function of the options alone. */
export interface FleetPlan {
  readonly tenants: readonly TenantPlan[];
  readonly nodeCount: number;
}

export interface TenantPlan {
  readonly tenantId: string;
  /** Where its users live: hours ahead of UTC. Fixed offsets, so no daylight saving time. */
  readonly zoneHours: number;
  readonly clusters: readonly ClusterPlan[];
}

export interface ClusterPlan {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly zoneHours: number;
  /** What happens here by itself, again and again: both are healthy. */
  readonly habit: "none" | "nightly-batch" | "weekly-peak";
  readonly nodeIds: readonly string[];
  /** Instants of the regular deploys, ascending. */
  readonly deploysMs: readonly number[];
}

export interface PlanOptions {
  readonly seed: number;
  /** All nodes together, spread over the 12 clusters. At least 60 for the faults to fit. */
  readonly nodes: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Deploys besides the regular ones: "tenant/cluster" -> instant. */
  readonly extraDeploysMs?: Readonly<Record<string, number>>;
}

export const NODES_MIN = 60;

/** Clusters and their share of the fleet, in nodes of 240. */
const TENANTS = [
  {
    tenantId: "acme",
    zoneHours: 1,
    clusters: { "checkout-eu": 24, search: 14, payments: 22, media: 20 },
  },
  {
    tenantId: "globex",
    zoneHours: -5,
    clusters: { "edge-us": 20, warehouse: 18, catalog: 22, "mobile-api": 20 },
  },
  {
    tenantId: "initech",
    zoneHours: 9,
    clusters: { reports: 20, storage: 22, "ml-serving": 20, gateway: 18 },
  },
] as const;
const NODES_OF_SHARES = 240;

const HABITS: Readonly<Record<string, ClusterPlan["habit"]>> = {
  "globex/warehouse": "nightly-batch",
  "initech/reports": "weekly-peak",
};

/** Nodes are numbered through each tenant, so a node's name says nothing about its health. */
export function fleetPlan(options: PlanOptions): FleetPlan {
  const { seed, nodes, startMs, endMs, extraDeploysMs = {} } = options;
  let sharesSoFar = 0;
  const tenants = TENANTS.map(({ tenantId, zoneHours, clusters }) => {
    let nodesSoFar = 0;
    return {
      tenantId,
      zoneHours,
      clusters: Object.entries(clusters).map(([clusterId, share]) => {
        const before = Math.round((nodes * sharesSoFar) / NODES_OF_SHARES);
        sharesSoFar += share;
        const size = Math.round((nodes * sharesSoFar) / NODES_OF_SHARES) - before;
        const nodeIds = Array.from({ length: size }, () => nodeName(++nodesSoFar));
        const dice = new Dice(`${seed} deploys ${tenantId}/${clusterId}`);
        const habit = HABITS[`${tenantId}/${clusterId}`] ?? "none";
        const extra = extraDeploysMs[`${tenantId}/${clusterId}`];
        const deploysMs = deploys(dice, zoneHours, startMs, endMs)
          .concat(extra === undefined ? [] : [extra])
          .sort((a, b) => a - b);
        return { tenantId, clusterId, zoneHours, habit, nodeIds, deploysMs };
      }),
    };
  });
  return { tenants, nodeCount: nodes };
}

function nodeName(number: number): string {
  return `node-${String(number).padStart(3, "0")}`;
}

/** Every three to eight days, in working hours. */
function deploys(dice: Dice, zoneHours: number, startMs: number, endMs: number): number[] {
  const instants: number[] = [];
  let day = Math.floor(startMs / DAY_MS) + dice.between(1, 6);
  while (day * DAY_MS < endMs + 30 * DAY_MS) {
    const localHour = dice.between(9, 17);
    instants.push(Math.round(Math.floor(day) * DAY_MS + (localHour - zoneHours) * HOUR_MS));
    day += dice.between(3, 8);
  }
  return instants;
}
