import { type AnomalyKind, DAY_MS, HOUR_MS, LABEL_OF_KIND, MINUTE_MS } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";
import type { Disturbance, MetricEffect, Spell } from "./disturbance.ts";
import type { ClusterPlan, FleetPlan } from "./fleet-plan.ts";
import { BATCH_EFFECTS, batchNight, habitOf } from "./habits.ts";
import type { KnownFault, QuietSpell } from "./truth.ts";

/** Where the leak is, and how long before the end the release with the leak was deployed. */
export const LEAK_CLUSTER = "acme/search";
export const LEAK_DEPLOY_BEFORE_END_MS = 5 * DAY_MS;

/** 6 of the 14 nodes that the cluster has in a fleet of 240, and 14 of 20. */
const LEAKING_SHARE = 6 / 14;
const CUT_OFF_SHARE = 14 / 20;

/** The night without its batch began at least so long before the end. */
const SKIPPED_NIGHT_BEFORE_END_MS = 2 * DAY_MS;

/** Nobody can know a weekly peak before having seen it twice: from the third on it must be silent. */
const PEAKS_TO_LEARN = 2;

/** The known incidents of one run: what to do to the fleet, and the answer key. */
export interface FaultPlan {
  readonly faults: readonly KnownFault[];
  readonly quiet: readonly QuietSpell[];
  readonly disturbances: readonly Disturbance[];
  /** The one night on which the batch does not run: it is left out of the habit. */
  readonly skippedNight: Spell;
}

/** What a fault does to the metrics of its nodes. */
export interface Recipe {
  readonly id: string;
  readonly title: string;
  readonly place: KnownFault["place"];
  readonly kinds: readonly AnomalyKind[];
  readonly effects: readonly MetricEffect[];
  readonly silent?: boolean;
}

/** Fault 1: the disk is hammered first; five minutes later the node starves. */
const DISK_THEN_CPU: Recipe = {
  id: "f1-disk-then-cpu",
  title: "disk I/O, then CPU on one node",
  place: "node",
  kinds: ["spike", "shift_up", "variance"],
  effects: [
    { metric: "disk_io", form: "scale", amount: 7 },
    { metric: "cpu_usage", form: "add", amount: 50, delayMs: 5 * MINUTE_MS },
    { metric: "load1", form: "scale", amount: 3, delayMs: 5 * MINUTE_MS },
    { metric: "latency_p99", form: "scale", amount: 3, delayMs: 10 * MINUTE_MS },
    { metric: "queue_depth", form: "scale", amount: 5, delayMs: 10 * MINUTE_MS },
  ],
};

/** Fault 2: memory climbs for hours; when it is nearly full, the collector burns CPU. */
const LEAK: Recipe = {
  id: "f2-memory-leak",
  title: "memory leak after a deploy",
  place: "either",
  kinds: ["trend", "shift_up"],
  effects: [
    { metric: "memory_used", form: "add", amount: 36, riseMs: 12 * HOUR_MS },
    { metric: "cpu_usage", form: "add", amount: 30, delayMs: 6 * HOUR_MS, riseMs: 6 * HOUR_MS },
    { metric: "load1", form: "scale", amount: 2.2, delayMs: 6 * HOUR_MS, riseMs: 6 * HOUR_MS },
    { metric: "latency_p99", form: "scale", amount: 3, delayMs: 6 * HOUR_MS, riseMs: 6 * HOUR_MS },
  ],
};

/** Fault 4: half of the traffic no longer arrives. */
const HALF_NETWORK: Recipe = {
  id: "f4-half-network",
  title: "half of the network traffic is lost",
  place: "cluster",
  kinds: ["shift_down", "dip"],
  effects: [
    { metric: "net_rx", form: "scale", amount: 0.5 },
    { metric: "net_tx", form: "scale", amount: 0.5 },
    { metric: "requests", form: "scale", amount: 0.55 },
  ],
};

/** Fault 5: the node is gone. */
const SILENT: Recipe = {
  id: "f5-silent-node",
  title: "a node stops reporting",
  place: "node",
  kinds: ["missing"],
  effects: [],
  silent: true,
};

/** Fault 6: the agent that reads the hardware hangs and repeats its last readings. */
const STUCK: Recipe = {
  id: "f6-stuck-sensors",
  title: "the sensors of a node are stuck",
  place: "node",
  kinds: ["flatline"],
  effects: [
    { metric: "temperature", form: "hold", amount: 0 },
    { metric: "cpu_usage", form: "hold", amount: 0 },
    { metric: "load1", form: "hold", amount: 0 },
    { metric: "memory_used", form: "hold", amount: 0 },
    { metric: "disk_io", form: "hold", amount: 0 },
  ],
};

/** Fault 7: latency swings wildly around its usual mean, and drags the queue and retries along. */
const UNSTEADY: Recipe = {
  id: "f7-latency-variance",
  title: "latency swings, same mean",
  place: "node",
  kinds: ["variance", "spike", "dip"],
  effects: [
    { metric: "latency_p99", form: "spread", amount: 7 },
    { metric: "queue_depth", form: "spread", amount: 5 },
    { metric: "error_rate", form: "spread", amount: 5 },
    { metric: "load1", form: "spread", amount: 5 },
    { metric: "cpu_usage", form: "spread", amount: 5 },
  ],
};

/** Faults 1 to 7 and the two that must stay silent, spread over the last twelve days. */
export function faultPlan(
  plan: FleetPlan,
  seed: number,
  startMs: number,
  endMs: number,
): FaultPlan {
  const dice = new Dice(`${seed} faults`);
  const at = (place: string) => clusterAt(plan, place);
  const search = at(LEAK_CLUSTER);
  const edge = at("globex/edge-us");
  const warehouse = at("globex/warehouse");
  const leakMs = endMs - LEAK_DEPLOY_BEFORE_END_MS + 60 * MINUTE_MS;
  const night = batchNight(warehouse, endMs, SKIPPED_NIGHT_BEFORE_END_MS);
  const made = [
    make(UNSTEADY, at("initech/ml-serving"), 1, dice, endMs - 9 * DAY_MS, 10 * HOUR_MS),
    make(STUCK, at("acme/payments"), 1, dice, endMs - 10.5 * DAY_MS, 30 * HOUR_MS),
    make(LEAK, search, share(search, LEAKING_SHARE), dice, leakMs, 14 * HOUR_MS),
    make(SILENT, at("initech/storage"), 1, dice, endMs - 2.5 * DAY_MS, 20 * HOUR_MS),
    make(
      HALF_NETWORK,
      edge,
      share(edge, CUT_OFF_SHARE),
      dice,
      endMs - 105 * MINUTE_MS,
      3 * HOUR_MS,
    ),
    make(DISK_THEN_CPU, at("acme/checkout-eu"), 1, dice, endMs - 50 * MINUTE_MS, 40 * MINUTE_MS),
  ];
  const wiggle = quietWiggle(at("globex/catalog"), dice, endMs);
  return {
    faults: [...made.map(({ fault }) => fault), missedBatch(warehouse, night)].sort(byId),
    quiet: [weeklyPeak(at("initech/reports"), seed, startMs, endMs), wiggle.quiet],
    disturbances: [...made.map(({ disturbance }) => disturbance), wiggle.disturbance],
    skippedNight: night,
  };
}

/** One fault of `recipe` on `nodeCount` random nodes of a cluster. */
export function make(
  recipe: Recipe,
  plan: ClusterPlan,
  nodeCount: number,
  dice: Dice,
  startMs: number,
  lengthMs: number,
  live = false,
): { fault: KnownFault; disturbance: Disturbance } {
  const nodes = dice.pick(plan.nodeIds, nodeCount).sort();
  const { clusterId, tenantId } = plan;
  const endMs = startMs + lengthMs;
  const affected = recipe.effects.map(({ metric }) => metric as string);
  return {
    fault: {
      id: recipe.id,
      title: recipe.title,
      tenant: tenantId,
      cluster: clusterId,
      place: recipe.place,
      nodes,
      metrics: affected,
      startMs,
      endMs,
      labels: labelsOf(recipe.kinds.slice(0, 1)),
      kinds: recipe.kinds,
      live,
    },
    disturbance: {
      id: recipe.id,
      clusterId,
      nodeIds: new Set(nodes),
      spells: [{ startMs, endMs, amount: 1 }],
      effects: recipe.effects,
      ...(recipe.silent ? { silent: true } : {}),
    },
  };
}

export function clusterAt(plan: FleetPlan, place: string): ClusterPlan {
  for (const { tenantId, clusters } of plan.tenants) {
    const found = clusters.find(({ clusterId }) => `${tenantId}/${clusterId}` === place);
    if (found !== undefined) return found;
  }
  throw new Error(`the simulated fleet has no cluster ${place}`);
}

/** Fault 3: what should have happened and did not. */
function missedBatch({ tenantId, clusterId, nodeIds }: ClusterPlan, night: Spell): KnownFault {
  return {
    id: "f3-missed-batch",
    title: "the nightly batch does not run",
    tenant: tenantId,
    cluster: clusterId,
    place: "cluster",
    nodes: nodeIds,
    metrics: BATCH_EFFECTS.map(({ metric }) => metric),
    startMs: night.startMs,
    endMs: night.endMs,
    labels: ["seasonal"],
    kinds: ["seasonal"],
    live: false,
  };
}

/** n1: the Monday peak of a node that has one every week. */
function weeklyPeak(plan: ClusterPlan, seed: number, startMs: number, endMs: number): QuietSpell {
  const habit = habitOf(seed, plan, startMs, endMs);
  const spells = habit?.spells ?? [];
  return {
    id: "n1-weekly-peak",
    title: "the weekly peak, as every Monday",
    tenant: plan.tenantId,
    cluster: plan.clusterId,
    nodes: [...(habit?.nodeIds ?? [])],
    spells: spells
      .filter((spell) => spell.startMs >= startMs)
      .slice(PEAKS_TO_LEARN)
      .map((spell) => ({ startMs: spell.startMs, endMs: spell.endMs })),
  };
}

/** n2: one node's traffic up by 3 % every other hour of a day. */
function quietWiggle(
  plan: ClusterPlan,
  dice: Dice,
  endMs: number,
): { quiet: QuietSpell; disturbance: Disturbance } {
  const startMs = endMs - 7 * DAY_MS;
  const [nodeId] = dice.pick(plan.nodeIds, 1) as [string];
  const spells = Array.from({ length: 12 }, (_, k) => ({
    startMs: startMs + 2 * k * HOUR_MS,
    endMs: startMs + (2 * k + 1) * HOUR_MS,
    amount: 1,
  }));
  return {
    quiet: {
      id: "n2-small-wiggle",
      title: "a wiggle of 3 %",
      tenant: plan.tenantId,
      cluster: plan.clusterId,
      nodes: [nodeId],
      spells: [{ startMs, endMs: startMs + DAY_MS }],
    },
    disturbance: {
      id: "n2-small-wiggle",
      clusterId: plan.clusterId,
      nodeIds: new Set([nodeId]),
      spells,
      effects: [
        { metric: "requests", form: "scale", amount: 1.03 },
        { metric: "latency_p99", form: "scale", amount: 1.03 },
      ],
    },
  };
}

function byId(a: KnownFault, b: KnownFault): number {
  return a.id < b.id ? -1 : 1;
}

function share({ nodeIds }: ClusterPlan, part: number): number {
  return Math.round(nodeIds.length * part);
}

function labelsOf(kinds: readonly AnomalyKind[]): KnownFault["labels"] {
  return [...new Set(kinds.map((kind) => LABEL_OF_KIND[kind]))];
}
