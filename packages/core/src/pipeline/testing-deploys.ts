import type { FleetFinding } from "../aggregate/fleet/fleet-finding.ts";
import type { StreamingEngine } from "../engine/engine.ts";
import { MINUTE_MS } from "../model/time.ts";
import { TenantReplay } from "./replay.ts";

// For tests only: a fleet whose pods are replaced again and again, through the folds that the server runs.

export const START_MS = Date.UTC(2026, 2, 2);
const DAY_MINUTES = 1440;
const METRICS = ["cpu", "mem", "lat"];

export interface Deploys {
  readonly seed: number;
  readonly days: number;
  /** Minutes from one release to the next; Infinity: none. */
  readonly every: number;
  readonly pods: number;
  /** Which pods say that they end. */
  readonly markers: "all" | "none" | "half";
  /** Minutes after a pod was last seen that its successor comes; negative: before. */
  readonly gap: (dice: () => number) => number;
  /** A node that leaves for good, and when. */
  readonly leaves?: { readonly node: string; readonly minute: number };
  /** Nodes that come besides, all at once, and stay. */
  readonly grows?: { readonly nodes: number; readonly minute: number };
  /** Pods that are there in the daytime only, from 7 to 20 o'clock, each with a name of its own. */
  readonly dayPods?: number;
  /** Pods of the day keep their names, and go and come. */
  readonly oldestGo?: boolean;
}

/** A node that lives for some minutes, from one to before another. */
interface Life {
  readonly node: string;
  readonly from: number;
  readonly to: number;
  readonly hasMarker: boolean;
}

/** What became of a fleet: findings, and a sum over all scores of all steps. */
export interface DeployedFleet {
  readonly findings: readonly FleetFinding[];
  readonly scores: number;
  readonly nodes: number;
}

/** Folds a fleet in batches of some minutes. */
export function deployed(fleet: Deploys, batch: number, engine: StreamingEngine): DeployedFleet {
  const replay = new TenantReplay({
    ...{ stepMs: MINUTE_MS, budgetDays: 7, rewindMs: 120 * MINUTE_MS },
    engine,
  });
  const lives = livesOf(fleet).sort((a, b) => a.from - b.from);
  const end = fleet.days * DAY_MINUTES;
  let living: Life[] = [];
  let next = 0;
  let scores = 0;
  for (let from = 0; from < end; from += batch) {
    const to = Math.min(end, from + batch);
    for (; next < lives.length && lives[next]!.from < to; next++) living.push(lives[next]!);
    for (const life of living) pushLife(replay, fleet.seed, life, from, to);
    living = living.filter((life) => life.to >= to);
    replay.advance(START_MS + to * MINUTE_MS, ({ step, nodes, tenant }) => {
      for (let n = 0; n < nodes.count; n++) scores += term(nodes.p[n] ?? Number.NaN, step);
      scores += term(tenant.p, step);
    });
  }
  return { findings: [...replay.findings.values()], scores, nodes: lives.length };
}

/** An integer below 2^20 from a p, so that sums of many are exact whatever their order. */
function term(p: number, step: number): number {
  return Number.isNaN(p) ? 0 : Math.floor(p * 1e5) * (1 + (step % 7));
}

function livesOf({
  seed,
  days,
  every,
  pods,
  markers,
  gap,
  leaves,
  grows = { nodes: 0, minute: 0 },
  dayPods = 0,
  oldestGo,
}: Deploys): Life[] {
  const dice = diceOf(seed);
  const end = days * DAY_MINUTES;
  const lives: Life[] = [];
  const live = (node: string, from: number, to: number): void => {
    const hasMarker = markers === "all" || (markers === "half" && dice() < 0.5);
    const last = leaves?.node === node ? Math.min(to, leaves.minute) : to;
    lives.push({ node, from, to: last, hasMarker: hasMarker && leaves?.node !== node });
  };
  for (let n = 0; n < 3; n++) live(`db-${n}`, 0, end + 1);
  for (let n = 0; n < grows.nodes; n++) live(`db-${3 + n}`, grows.minute, end + 1);
  for (let pod = 0; pod < pods; pod++) {
    let from = 0;
    for (let release = every; release < end; release += every) {
      const to = release + pod;
      live(podName(dice), from, to);
      from = Math.max(from + 1, to + Math.round(gap(dice)));
    }
    live(podName(dice), from, end + 1);
  }
  for (let day = 0; day < days; day++) {
    for (let pod = 0; pod < dayPods; pod++) {
      const jitter = () => Math.floor(dice() * 40);
      const [from, to] = [day * DAY_MINUTES + 420 + jitter(), day * DAY_MINUTES + 1200 + jitter()];
      live(oldestGo === true ? `day-${pod}` : podName(dice), from, Math.min(to, end + 1));
    }
  }
  return lives;
}

function pushLife(replay: TenantReplay, seed: number, life: Life, from: number, to: number): void {
  const first = Math.max(from, life.from);
  const last = Math.min(to, life.to);
  const ends = life.hasMarker && life.to >= from && life.to < to;
  const count = Math.max(0, last - first) + (ends ? 1 : 0);
  if (count === 0) return;
  const timestampsMs = Float64Array.from(
    { length: count },
    (_, i) => START_MS + (first + i) * MINUTE_MS,
  );
  METRICS.forEach((metricName, m) => {
    const values = timestampsMs.map((_, i) => {
      return ends && i === count - 1
        ? Number.POSITIVE_INFINITY
        : valueAt(seed, life.node, m, first + i);
    });
    const series = replay.series({ clusterId: "shop", nodeId: life.node, metricName });
    replay.push(series, { timestampsMs, values });
  });
}

function valueAt(seed: number, node: string, metric: number, minute: number): number {
  const wave = 10 * Math.sin((2 * Math.PI * (minute % DAY_MINUTES)) / DAY_MINUTES);
  let state = seed * 31 + metric;
  for (let i = 0; i < node.length; i++) state = Math.imul(state ^ node.charCodeAt(i), 0x01000193);
  const own = Math.floor(mixed(state) * 2 ** 32);
  let noise = 0;
  for (let k = 1; k <= 4; k++) noise += mixed(own + Math.imul(4 * minute + k, 0x9e3779b1)) - 0.5;
  return 50 + wave + 3 * noise;
}

/** A number in [0, 1) from an integer. */
function mixed(x: number): number {
  let value = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

function diceOf(seed: number): () => number {
  let state = seed;
  return () => mixed(++state * 7919);
}

function podName(dice: () => number): string {
  const part = () => Math.floor(dice() * 65_536).toString(16);
  return `shop-${part()}-${part()}`;
}
