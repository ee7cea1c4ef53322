import { MINUTE_MS } from "@foreshock/core/fold";
import { Dice, ORIGIN_MS, poisson } from "@foreshock/core/generator";
import type { IncidentCase } from "./incident-case.ts";

/** What goes wrong with one service of a shop. */
export const SHOP_FAULTS = ["latency", "errors", "cpu", "memory", "some-calls"] as const;
export type ShopFault = (typeof SHOP_FAULTS)[number];

/** Requests per minute at the front door. */
export const SHOP_TRAFFIC = { low: 12, high: 3000 } as const;
export type ShopTraffic = keyof typeof SHOP_TRAFFIC;

export interface ShopPlan {
  readonly seed: string;
  readonly fault: ShopFault;
  readonly traffic: ShopTraffic;
  /** Load from the fault on, as a share of what it was: tests do not stop at the fault. */
  readonly loadAfter: number;
  readonly intervalMinutes: number;
  readonly historyRows: number;
  readonly faultRows: number;
}

const SERVICES = 16;
const METRICS = [
  "requests",
  "latency_avg",
  "latency_p95",
  "availability",
  "cpu",
  "memory",
] as const;
type Metric = (typeof METRICS)[number];
/** Share of a service's errors that its callers hand on. */
const HANDED_ON = 0.8;
/** A service waits this many of its own standard deviations in its slowest twentieth. */
const TAIL = 1.65;
const MINUTES_A_DAY = 1440;

interface Service {
  readonly name: string;
  /** Later services only: no circles. With the calls per request. */
  readonly callees: readonly { readonly to: number; readonly share: number }[];
  readonly ownMs: number;
  /** Spread of one request's own time, as a share of it. */
  readonly spread: number;
  readonly errorRate: number;
  readonly idleCpu: number;
  readonly cpuPerRequest: number;
  readonly memory: number;
}

/**
 * One incident in a shop made up of calls: latency and errors travel from the callee to its callers, load from callers
 * to callees; rates are counted from whole requests, so that low traffic is coarse, and a service that nobody
 * called has no latency and no availability.
 */
export function shopCase(plan: ShopPlan): IncidentCase {
  const { seed, fault, traffic, intervalMinutes, historyRows, faultRows } = plan;
  const dice = new Dice(`shop ${seed}`);
  const services = Array.from({ length: SERVICES }, (_, k) => serviceOf(k, dice));
  const called = new Set(services.flatMap(({ callees }) => callees.map(({ to }) => to)));
  const reached = services.flatMap((_, k) => (called.has(k) ? [k] : []));
  const root = reached[dice.below(reached.length)]!;
  const rows = historyRows + faultRows;
  const columns = services.flatMap(({ name }) =>
    METRICS.map((metricName) => ({ nodeId: name, metricName })),
  );
  const values = columns.map(() => new Float64Array(rows).fill(Number.NaN));
  const phase = dice.uniform();
  const size = dice.between(1, 3);
  for (let row = 0; row < rows; row++) {
    const hour = (row * intervalMinutes) / MINUTES_A_DAY + phase;
    const daily = 1 + 0.4 * Math.sin(2 * Math.PI * hour);
    const since = row - historyRows;
    const load =
      SHOP_TRAFFIC[traffic] * intervalMinutes * daily * (since >= 0 ? plan.loadAfter : 1);
    const hurt = since < 0 ? undefined : { root, fault, size, since: since / faultRows };
    stepShop(services, load, hurt, dice).forEach((said, k) => {
      METRICS.forEach((metric, m) => {
        values[k * METRICS.length + m]![row] = said[metric];
      });
    });
  }
  return {
    dataset: "shops",
    group: traffic,
    name: seed,
    timestampsMs: Float64Array.from(
      { length: rows },
      (_, row) => ORIGIN_MS + row * intervalMinutes * MINUTE_MS,
    ),
    columns,
    values,
    normal: [0, historyRows],
    abnormal: [historyRows, rows],
    rootNode: services[root]!.name,
    rootMetrics: [],
    fault,
    edges: services.flatMap(({ name, callees }) =>
      callees.map(({ to }) => [name, services[to]!.name] as const),
    ),
    normalRows: undefined,
  };
}

/** A tree with a few shortcuts: every service but the first is called by an earlier one. */
function serviceOf(k: number, dice: Dice): Service {
  const callees = [2 * k + 1, 2 * k + 2].filter((to) => to < SERVICES);
  if (k + 5 < SERVICES && dice.uniform() < 0.3) callees.push(k + 5);
  return {
    name: `service-${k}`,
    callees: [...new Set(callees)].map((to) => ({ to, share: dice.between(0.3, 1.2) })),
    ownMs: 5 * 10 ** dice.uniform(),
    spread: dice.between(0.3, 1),
    errorRate: dice.uniform() < 0.5 ? 0 : 10 ** dice.between(-4, -2.5),
    idleCpu: dice.between(2, 15),
    cpuPerRequest: dice.between(10, 40),
    memory: dice.between(200, 2000),
  };
}

interface Hurt {
  readonly root: number;
  readonly fault: ShopFault;
  readonly size: number;
  /** 0..1: how far the fault is on. */
  readonly since: number;
}

/** One row of the shop: requests from the front, times and errors from the back. */
function stepShop(
  services: readonly Service[],
  load: number,
  hurt: Hurt | undefined,
  dice: Dice,
): Record<Metric, number>[] {
  const requests = requestsOf(services, load, dice);
  const times: number[] = new Array(services.length);
  const errors: number[] = new Array(services.length);
  const said: Record<Metric, number>[] = new Array(services.length);
  for (let k = services.length - 1; k >= 0; k--) {
    const one = services[k]!;
    const count = requests[k]!;
    const is = (fault: ShopFault) => hurt?.root === k && hurt.fault === fault;
    const slow = is("latency") ? 1 + 3 * hurt!.size : is("cpu") ? 1 + 0.4 * hurt!.size : 1;
    const few = is("some-calls") ? 0.05 : 0;
    const own = one.ownMs * (slow + few * 40 * hurtSize(hurt));
    const noise = (one.spread * own) / Math.sqrt(Math.max(count, 1));
    times[k] = Math.max(0.1, own + noise * dice.gaussian() + sumOf(one, times));
    const rate = Math.min(0.95, one.errorRate + (is("errors") ? 0.15 * hurt!.size : 0));
    errors[k] = Math.min(1, rate + HANDED_ON * sumOf(one, errors));
    const failed = count === 0 ? 0 : Math.min(count, poisson(dice, errors[k]! * count));
    const usual = load / SHOP_TRAFFIC.high;
    const busy = one.idleCpu + one.cpuPerRequest * Math.min(usual, 2) * shareOf(count, load);
    const grown = is("memory") ? 0.3 * hurt!.size * hurt!.since : 0;
    said[k] = {
      requests: count,
      latency_avg: count === 0 ? Number.NaN : times[k]!,
      latency_p95:
        count === 0
          ? Number.NaN
          : times[k]! * (1 + TAIL * one.spread * (1 + 0.1 * dice.gaussian())) + few * 400 * own,
      availability: count === 0 ? Number.NaN : 100 * (1 - failed / count),
      cpu: busy * (1 + 0.05 * dice.gaussian()) + (is("cpu") ? 25 * hurt!.size : 0),
      memory: one.memory * (1 + 0.01 * dice.gaussian() + grown),
    };
  }
  return said;
}

function hurtSize(hurt: Hurt | undefined): number {
  return hurt?.size ?? 0;
}

function shareOf(count: number, load: number): number {
  return load > 0 ? count / load : 0;
}

function requestsOf(services: readonly Service[], load: number, dice: Dice): number[] {
  const mean = new Array<number>(services.length).fill(0);
  mean[0] = load;
  const counts: number[] = [];
  services.forEach(({ callees }, k) => {
    const count =
      mean[k]! > 500
        ? Math.round(mean[k]! + Math.sqrt(mean[k]!) * dice.gaussian())
        : poisson(dice, mean[k]!);
    counts.push(count);
    for (const { to, share } of callees) mean[to]! += count * share;
  });
  return counts;
}

/** What the callees of a service add to it. */
function sumOf({ callees }: Service, of: readonly number[]): number {
  return callees.reduce((sum, { to, share }) => sum + Math.min(share, 1) * of[to]!, 0);
}

/** Faults of every kind at low and high traffic, with the load as it was, halved, and half as much again. */
export function shopCases(seeds: readonly number[]): IncidentCase[] {
  return seeds.flatMap((seed) =>
    SHOP_FAULTS.flatMap((fault) =>
      (["low", "high"] as const).map((traffic) =>
        shopCase({
          seed: `${seed} ${fault} ${traffic}`,
          fault,
          traffic,
          loadAfter: [1, 0.5, 1.5][seed % 3]!,
          ...(seed % 2 === 0
            ? { intervalMinutes: 5, historyRows: 500, faultRows: 5 }
            : { intervalMinutes: 1, historyRows: 1000, faultRows: 10 }),
        }),
      ),
    ),
  );
}
