import { DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";
import type { Disturbance, MetricEffect, Spell } from "./disturbance.ts";
import type { ClusterPlan } from "./fleet-plan.ts";

/** Local hours of the nightly batch: from ten in the evening to half past five. */
const BATCH_START_HOUR = 22;
const BATCH_HOURS = 7.5;
/** Spread of a night's start and length, and of its weight. */
const BATCH_START_JITTER_MS = 2 * MINUTE_MS;
const BATCH_LENGTH_JITTER_MS = 4 * MINUTE_MS;
const AMOUNT_JITTER = 0.02;

/** Jobs come and go one by one: the batch swells and ebbs away. */
const SWELL = { riseMs: 120 * MINUTE_MS, fallMs: 120 * MINUTE_MS } as const;

/** What the batch does to each node. */
export const BATCH_EFFECTS: readonly MetricEffect[] = [
  { metric: "disk_io", form: "scale", amount: 4, ...SWELL },
  { metric: "cpu_usage", form: "add", amount: 38, ...SWELL },
  { metric: "load1", form: "scale", amount: 2.8, ...SWELL },
  { metric: "net_rx", form: "scale", amount: 2.8, ...SWELL },
  { metric: "net_tx", form: "scale", amount: 2.6, ...SWELL },
  { metric: "queue_depth", form: "scale", amount: 2.5, ...SWELL },
  { metric: "memory_used", form: "add", amount: 9, ...SWELL },
  { metric: "temperature", form: "add", amount: 5, ...SWELL },
];

/** Local hours of the weekly peak: Monday, nine to noon. */
const PEAK_START_HOUR = 9;
const PEAK_HOURS = 3;
const MONDAY = 4;

/** What happens on a cluster by itself, again and again, from `startMs` on; healthy. */
export function habitOf(
  seed: number,
  plan: ClusterPlan,
  startMs: number,
  endMs: number,
): Disturbance | undefined {
  if (plan.habit === "nightly-batch") return nightlyBatch(seed, plan, startMs, endMs);
  if (plan.habit === "weekly-peak") return weeklyPeak(seed, plan, startMs, endMs);
  return undefined;
}

/** When the batch of the last night that began at least `beforeMs` before `endMs` should have run. */
export function batchNight(plan: ClusterPlan, endMs: number, beforeMs: number): Spell {
  const latestMs = endMs - beforeMs + (plan.zoneHours - BATCH_START_HOUR) * HOUR_MS;
  const day = Math.floor(latestMs / DAY_MS);
  const startMs = day * DAY_MS + (BATCH_START_HOUR - plan.zoneHours) * HOUR_MS;
  return { startMs, endMs: startMs + BATCH_HOURS * HOUR_MS, amount: 1 };
}

function nightlyBatch(
  seed: number,
  plan: ClusterPlan,
  startMs: number,
  endMs: number,
): Disturbance {
  const spells: Spell[] = [];
  for (let day = firstDay(plan, startMs); ; day++) {
    const dice = new Dice(`${seed} batch ${plan.tenantId}/${plan.clusterId} ${day}`);
    const atMs = day * DAY_MS + (BATCH_START_HOUR - plan.zoneHours) * HOUR_MS;
    const beginMs = Math.round(atMs + dice.gaussian() * BATCH_START_JITTER_MS);
    const lengthMs = Math.round(BATCH_HOURS * HOUR_MS + dice.gaussian() * BATCH_LENGTH_JITTER_MS);
    if (beginMs >= endMs) break;
    const amount = 1 + AMOUNT_JITTER * dice.gaussian();
    spells.push({ startMs: beginMs, endMs: beginMs + lengthMs, amount });
  }
  return {
    id: "nightly-batch",
    clusterId: plan.clusterId,
    spells,
    effects: BATCH_EFFECTS,
  };
}

/** The weekly report runs on one node and keeps it busier than usual for a morning. */
function weeklyPeak(seed: number, plan: ClusterPlan, startMs: number, endMs: number): Disturbance {
  const [nodeId] = new Dice(`${seed} reporter ${plan.tenantId}/${plan.clusterId}`).pick(
    plan.nodeIds,
    1,
  ) as [string];
  const spells: Spell[] = [];
  for (let day = firstDay(plan, startMs); ; day++) {
    const atMs = day * DAY_MS + (PEAK_START_HOUR - plan.zoneHours) * HOUR_MS;
    if (atMs >= endMs) break;
    if (day % 7 !== MONDAY) continue;
    const dice = new Dice(`${seed} peak ${plan.tenantId}/${plan.clusterId} ${day}`);
    const amount = 1 + AMOUNT_JITTER * dice.gaussian();
    spells.push({ startMs: atMs, endMs: atMs + PEAK_HOURS * HOUR_MS, amount });
  }
  const riseMs = 15 * MINUTE_MS;
  return {
    id: "weekly-peak",
    clusterId: plan.clusterId,
    nodeIds: new Set([nodeId]),
    spells,
    effects: [
      { metric: "cpu_usage", form: "add", amount: 7, riseMs },
      { metric: "load1", form: "scale", amount: 1.25, riseMs },
      { metric: "disk_io", form: "scale", amount: 1.25, riseMs },
    ],
  };
}

/** Number of the local day before `startMs`, so that a night that runs over the start is there. */
function firstDay(plan: ClusterPlan, startMs: number): number {
  return Math.floor((startMs + plan.zoneHours * HOUR_MS) / DAY_MS) - 1;
}
