import type { EpochMs } from "../model/time.ts";
import { type Calendar, calendarOf, type TimeGrid, type TimeZone } from "./calendar.ts";
import { type CommonShocks, clusterShocks, metricShocks, nodeShocks } from "./common-cause.ts";
import { Dice } from "./dice.ts";
import {
  healthyValues,
  LOAD_KINDS,
  METRIC_KINDS,
  type MetricKind,
  NOISE_SIZE,
} from "./metric-kinds.ts";

export interface FleetPlan {
  /** The same text gives the same fleet, another text an unrelated one. */
  readonly seed: string;
  readonly grid: TimeGrid;
  readonly tenantCount: number;
  /** Of each tenant. */
  readonly clusterCount: number;
  /** Of each cluster. */
  readonly nodeCount: number;
  /** Per node: the kinds in turn, starting with another one in every cluster. */
  readonly metricCount: number;
  /** What metrics that move with the load have in common. */
  readonly common: CommonShocks;
  /** Of the clusters, in turn. */
  readonly zones: readonly TimeZone[];
  /** Faults, deploys, surges. */
  readonly changes: readonly FleetChange[];
}

/** From `startMs` on, until `endMs` (Infinity for a deploy that stays), metrics are higher or lower. */
export interface FleetChange {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly tenant: number;
  readonly cluster: number;
  /** Numbers of the nodes within the cluster and of the metrics within a node. */
  readonly nodes: readonly number[];
  readonly metrics: readonly number[];
  /** In units of each metric's noise. */
  readonly size: number;
}

/** One node over the whole grid. */
export interface GeneratedNode {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly nodeId: string;
  /** Numbers within the plan. */
  readonly tenant: number;
  readonly cluster: number;
  readonly node: number;
  readonly metrics: readonly FleetMetric[];
}

export interface FleetMetric {
  readonly metricName: string;
  readonly kind: MetricKind;
  /** One per point of the grid. */
  readonly values: Float64Array;
}

/**
 * The nodes of a fleet one after another, so that only one has to be held: load and weekends of the
 * cluster's own time zone, all clusters of a zone alike, the nightly job at the same local hour
 * everywhere, common shocks within nodes and clusters. Each node comes from dice of its own: the same
 * node is the same in a fleet of another size.
 *
 * Cost: about 150 ns per point. Source: the fleets of spec/detection.md section 14.
 */
export function* generateFleet(plan: FleetPlan): Generator<GeneratedNode> {
  for (let tenant = 0; tenant < plan.tenantCount; tenant++) {
    for (let cluster = 0; cluster < plan.clusterCount; cluster++) {
      yield* nodesOf(plan, tenant, cluster);
    }
  }
}

/** Kind of a cluster's `metric`-th metric. */
export function kindOf(cluster: number, metric: number): MetricKind {
  return METRIC_KINDS[(3 * cluster + metric) % METRIC_KINDS.length]!;
}

function* nodesOf(plan: FleetPlan, tenant: number, cluster: number): Generator<GeneratedNode> {
  const { grid, zones, seed } = plan;
  const place = `${seed} ${tenant}/${cluster}`;
  const zone = zones[cluster % zones.length]!;
  const calendar = calendarOf(grid, zone, 0);
  const shared = clusterShocks(new Dice(`${place} load`), grid.pointCount, plan.common);
  for (let node = 0; node < plan.nodeCount; node++) {
    const dice = new Dice(`${place}/${node}`);
    const shocks = nodeShocks(dice, shared, plan.common);
    const metrics = Array.from({ length: plan.metricCount }, (_, metric) =>
      metricOf(plan, { cluster, metric, calendar, dice, shocks }),
    );
    for (const change of plan.changes) {
      if (change.tenant === tenant && change.cluster === cluster && change.nodes.includes(node)) {
        apply(change, metrics, grid);
      }
    }
    yield {
      tenantId: `tenant-${tenant + 1}`,
      clusterId: `cluster-${cluster + 1}`,
      nodeId: `node-${String(node + 1).padStart(3, "0")}`,
      tenant,
      cluster,
      node,
      metrics,
    };
  }
}

interface MetricPlace {
  readonly cluster: number;
  readonly metric: number;
  readonly calendar: Calendar;
  readonly dice: Dice;
  readonly shocks: Float64Array | undefined;
}

function metricOf(plan: FleetPlan, place: MetricPlace): FleetMetric {
  const { cluster, metric, calendar, dice } = place;
  const kind = kindOf(cluster, metric);
  const round = Math.floor(metric / METRIC_KINDS.length);
  const common = LOAD_KINDS.has(kind) ? place.shocks : undefined;
  const shocks = common && metricShocks(dice, common, plan.common);
  return {
    metricName: round === 0 ? kind : `${kind}_${round + 1}`,
    kind,
    values: healthyValues({ kind, calendar, dice, ...(shocks && { shocks }) }),
  };
}

function apply(change: FleetChange, metrics: readonly FleetMetric[], grid: TimeGrid): void {
  const first = Math.max(Math.ceil((change.startMs - grid.startMs) / grid.intervalMs), 0);
  const end = Math.min(Math.ceil((change.endMs - grid.startMs) / grid.intervalMs), grid.pointCount);
  for (const metric of change.metrics) {
    const { kind, values } = metrics[metric]!;
    const by = change.size * NOISE_SIZE[kind];
    for (let i = first; i < end; i++) values[i]! += by;
  }
}
