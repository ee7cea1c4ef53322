import { Dice } from "./dice.ts";

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
  /** All nodes together, spread evenly over the 12 clusters. At least 60 for the faults to fit. */
  readonly nodes: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Deploys beside the regular ones: "tenant/cluster" -> instant. */
  readonly extraDeploysMs?: Readonly<Record<string, number>>;
}

export const NODES_MIN = 60;
const CLUSTER_COUNT = 12;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const TENANTS = [
  { tenantId: "acme", zoneHours: 1, clusters: ["checkout-eu", "search", "payments", "media"] },
  {
    tenantId: "globex",
    zoneHours: -5,
    clusters: ["edge-us", "warehouse", "catalog", "mobile-api"],
  },
  { tenantId: "initech", zoneHours: 9, clusters: ["reports", "storage", "ml-serving", "gateway"] },
] as const;

const HABITS: Readonly<Record<string, ClusterPlan["habit"]>> = {
  "globex/warehouse": "nightly-batch",
  "initech/reports": "weekly-peak",
};

/** Nodes are numbered through each tenant, so a node's name says nothing about its health. */
export function fleetPlan(options: PlanOptions): FleetPlan {
  const { seed, nodes, startMs, endMs, extraDeploysMs = {} } = options;
  let clusterIndex = 0;
  const tenants = TENANTS.map(({ tenantId, zoneHours, clusters }) => {
    let nodesSoFar = 0;
    return {
      tenantId,
      zoneHours,
      clusters: clusters.map((clusterId) => {
        const size =
          Math.floor(nodes / CLUSTER_COUNT) + Number(clusterIndex < nodes % CLUSTER_COUNT);
        clusterIndex++;
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
