import { appendAll, DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";
import type { IngestSeries } from "../platform/platform.ts";
import { ClusterLoad } from "./cluster-load.ts";
import type { Disturbance } from "./disturbance.ts";
import {
  type FaultPlan,
  faultPlan,
  LEAK_CLUSTER,
  LEAK_DEPLOY_BEFORE_END_MS,
  make,
} from "./faults.ts";
import {
  type ClusterPlan,
  type FleetPlan,
  fleetPlan,
  NODES_MIN,
  type TenantPlan,
} from "./fleet-plan.ts";
import { habitOf } from "./habits.ts";
import { LIVE_RECIPES, type LiveFaultKind } from "./live-faults.ts";
import { METRIC_NAMES, METRIC_SHAPES } from "./metric-catalog.ts";
import { type NodeChunk, NodeStream } from "./node-stream.ts";
import type { KnownFault, Truth } from "./truth.ts";

export const STEP_MS = 300_000;
/** Faults reach back eleven days, and models want some days before the first. */
export const DAYS_MIN = 14;
const NODES_MAX = 100_000;
const DAYS_MAX = 400;
/** How long after the end of history the fleet's habits and deploys are planned. */
const LIVE_HORIZON_MS = 30 * DAY_MS;
/** A fault put in by hand lasts so long. */
const LIVE_FAULT_MS = 40 * MINUTE_MS;

export interface FleetOptions {
  readonly seed: number;
  /** All nodes together; default of the demo 240. */
  readonly nodes: number;
  readonly days: number;
  /** End of history: rounded down to a whole step. */
  readonly endMs: number;
  /** False gives the same fleet, number for number, without the known incidents. */
  readonly faults: boolean;
}

/** Points of one tenant in one stretch of time, ready for `TenantView.ingest`. */
export interface FleetBatch {
  readonly tenantId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly pointCount: number;
  readonly series: readonly IngestSeries[];
}

interface RunningCluster {
  readonly plan: ClusterPlan;
  readonly load: ClusterLoad;
  readonly nodes: readonly NodeStream[];
  readonly disturbances: Disturbance[];
}

/**
 * A fleet that never was: three tenants in three time zones, twelve clusters, twelve metrics a
 * node, at five-minute steps. Seeded: the same options give the same points, however time is cut.
 *
 * Cost: about 0.1 microseconds a point.
 */
export class SimulatedFleet {
  readonly plan: FleetPlan;
  readonly startMs: number;
  readonly endMs: number;
  readonly #seed: number;
  readonly #faults: FaultPlan;
  readonly #live: KnownFault[] = [];
  readonly #withFaults: boolean;
  readonly #clusters: readonly RunningCluster[];
  #cursorMs: number;

  /** @throws RangeError that says which option to change. */
  constructor(options: FleetOptions) {
    checkOptions(options);
    this.endMs = Math.floor(options.endMs / STEP_MS) * STEP_MS;
    this.startMs = this.endMs - options.days * DAY_MS;
    this.#seed = options.seed;
    this.#withFaults = options.faults;
    this.#cursorMs = this.startMs;
    this.plan = fleetPlan({
      seed: options.seed,
      nodes: options.nodes,
      startMs: this.startMs,
      endMs: this.endMs,
      extraDeploysMs: { [LEAK_CLUSTER]: this.endMs - LEAK_DEPLOY_BEFORE_END_MS },
    });
    this.#faults = faultPlan(this.plan, options.seed, this.startMs, this.endMs);
    this.#clusters = this.plan.tenants
      .flatMap(({ clusters }) => clusters)
      .map((plan) => this.#open(plan));
  }

  /** The answer key. */
  get truth(): Truth {
    const { seed, startMs, endMs } = { seed: this.#seed, startMs: this.startMs, endMs: this.endMs };
    const known = this.#withFaults ? this.#faults.faults : [];
    return { seed, startMs, endMs, faults: [...known, ...this.#live], quiet: this.#faults.quiet };
  }

  /** End of what has been generated; the next batch starts here. */
  get cursorMs(): number {
    return this.#cursorMs;
  }

  /** Batches until `untilMs`, oldest first: for each UTC day one batch a tenant. */
  *history(untilMs: number): Generator<FleetBatch> {
    while (this.#cursorMs < untilMs) {
      const dayEndMs = (Math.floor(this.#cursorMs / DAY_MS) + 1) * DAY_MS;
      yield* this.advance(Math.min(dayEndMs, untilMs));
    }
  }

  /** The points in [cursor, untilMs): one batch a tenant. Moves the cursor. */
  advance(untilMs: number): FleetBatch[] {
    const startMs = this.#cursorMs;
    const count = Math.round((untilMs - startMs) / STEP_MS);
    if (count <= 0) return [];
    const timestampsMs = Float64Array.from({ length: count }, (_, i) => startMs + i * STEP_MS);
    this.#cursorMs = startMs + count * STEP_MS;
    return this.plan.tenants.map(({ tenantId }) => {
      const series = this.#clusters
        .filter(({ plan }) => plan.tenantId === tenantId)
        .flatMap((cluster) => clusterSeries(cluster, timestampsMs));
      const pointCount = series.reduce((sum, one) => sum + one.values.length, 0);
      return { tenantId, startMs, endMs: this.#cursorMs, pointCount, series };
    });
  }

  /**
   * Puts a fault on a random node that has none, from the next step on: in the tenant with the fewest faults of
   * late, for the next one of a tenant is less rare than the last, and so hardly worth another finding.
   */
  inject(kind: LiveFaultKind): KnownFault {
    const dice = new Dice(`${this.#seed} live ${this.#live.length}`);
    const tenant = this.#calmest(dice.below(this.plan.tenants.length));
    const plan = tenant.clusters[dice.below(tenant.clusters.length)]!;
    const atMs = this.#cursorMs;
    const ill = new Set(
      this.truth.faults
        .filter(({ tenant, cluster, endMs }) => {
          return (
            tenant === plan.tenantId && cluster === plan.clusterId && endMs > atMs - 6 * HOUR_MS
          );
        })
        .flatMap(({ nodes }) => nodes),
    );
    const healthy = plan.nodeIds.filter((nodeId) => !ill.has(nodeId));
    const among = { ...plan, nodeIds: healthy.length > 0 ? healthy : plan.nodeIds };
    const made = make(LIVE_RECIPES[kind], among, 1, dice, atMs, LIVE_FAULT_MS, true);
    const id = `live-${this.#live.length + 1}`;
    this.#live.push({ ...made.fault, id });
    const cluster = this.#clusters.find((one) => one.plan === plan)!;
    cluster.disturbances.push({ ...made.disturbance, id });
    return this.#live.at(-1)!;
  }

  /** The tenant with the fewest faults of the last day; of equals the first one from `first` on. */
  #calmest(first: number): TenantPlan {
    const { tenants } = this.plan;
    const { faults } = this.truth;
    const recent = (tenantId: string) =>
      faults.filter(
        ({ tenant, startMs, endMs }) =>
          tenant === tenantId && startMs <= this.#cursorMs && endMs > this.#cursorMs - DAY_MS,
      ).length;
    const turned = [...tenants.slice(first), ...tenants.slice(0, first)];
    return turned.reduce((a, b) => (recent(b.tenantId) < recent(a.tenantId) ? b : a));
  }

  #open(plan: ClusterPlan): RunningCluster {
    const habit = habitOf(this.#seed, plan, this.startMs, this.endMs + LIVE_HORIZON_MS);
    const disturbances = habit === undefined ? [] : [this.#withoutSkipped(plan, habit)];
    if (this.#withFaults) {
      const here = ({ clusterId }: Disturbance) => clusterId === plan.clusterId;
      appendAll(disturbances, this.#faults.disturbances.filter(here));
    }
    return {
      plan,
      load: new ClusterLoad(this.#seed, plan),
      nodes: plan.nodeIds.map((_, k) => new NodeStream(this.#seed, plan, k, this.startMs)),
      disturbances,
    };
  }

  #withoutSkipped(plan: ClusterPlan, habit: Disturbance): Disturbance {
    const { skippedNight } = this.#faults;
    if (!this.#withFaults || plan.habit !== "nightly-batch") return habit;
    const middleMs = (skippedNight.startMs + skippedNight.endMs) / 2;
    const spells = habit.spells.filter(
      ({ startMs, endMs }) => !(startMs <= middleMs && middleMs < endMs),
    );
    return { ...habit, spells };
  }
}

function checkOptions({ seed, nodes, days, endMs }: FleetOptions): void {
  const whole: readonly [name: string, value: number, min: number, max: number][] = [
    ["seed", seed, 0, Number.MAX_SAFE_INTEGER],
    ["nodes", nodes, NODES_MIN, NODES_MAX],
    ["days", days, DAYS_MIN, DAYS_MAX],
  ];
  for (const [name, value, min, max] of whole) {
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
    }
  }
  if (!Number.isFinite(endMs)) throw new RangeError(`endMs must be an instant, not ${endMs}`);
}

function clusterSeries(cluster: RunningCluster, timestampsMs: Float64Array): IngestSeries[] {
  const { plan, load, nodes, disturbances } = cluster;
  const chunk = load.next(timestampsMs[0]!, STEP_MS, timestampsMs.length);
  return nodes.flatMap((node) => {
    const filled = node.next(chunk, disturbances);
    return nodeSeries(plan, node.nodeId, filled, timestampsMs);
  });
}

/** A silent node has no series in the batch at all, as a real one would not. */
function nodeSeries(
  plan: ClusterPlan,
  nodeId: string,
  { columns, missing, missingCount }: NodeChunk,
  timestampsMs: Float64Array,
): IngestSeries[] {
  if (missingCount === missing.length) return [];
  const kept = (column: Float64Array) =>
    missingCount === 0 ? column : column.filter((_, i) => missing[i] === 0);
  const times = kept(timestampsMs);
  return METRIC_NAMES.map((metricName, m) => {
    const { unit, counter } = METRIC_SHAPES[metricName];
    return {
      clusterId: plan.clusterId,
      nodeId,
      metricName,
      metadata: unit === "" ? {} : { unit },
      ...(counter ? { counter } : {}),
      timestampsMs: times,
      values: kept(columns[m]!),
    };
  });
}
