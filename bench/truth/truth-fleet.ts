import {
  type AnomalyKind,
  assert,
  DAY_MS,
  type DurationMs,
  type EpochMs,
  largestOf,
  smallestOf,
} from "@foreshock/core/fold";
import {
  Dice,
  generateFleet,
  type MetricKind,
  move,
  NOISE_SIZE,
  ORIGIN_MS,
  UTC,
  unitAt,
} from "@foreshock/core/generator";
import { type PlacedFault, placeFaults } from "./place-faults.ts";
import { DONE, type PlannedFault, type PlannedFleet } from "./truth-plan.ts";

/** A series as it is sent, and as it would have been. NaN = not sent. */
export interface TruthSeries {
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly kind: MetricKind;
  readonly values: Float64Array;
  readonly clean: Float64Array;
}

/** What was done to one series. */
export interface TruthPart {
  readonly series: TruthSeries;
  /** Points [first, end) of it. */
  readonly first: number;
  readonly end: number;
}

export interface TruthFault {
  readonly planned: PlannedFault;
  readonly kind: AnomalyKind;
  readonly cluster: string;
  readonly nodes: readonly string[];
  readonly parts: readonly TruthPart[];
  readonly first: number;
  readonly end: number;
}

export interface TruthFleet {
  readonly plan: PlannedFleet;
  readonly startMs: EpochMs;
  readonly pointCount: number;
  readonly series: readonly TruthSeries[];
  /** In order of their beginning. */
  readonly faults: readonly TruthFault[];
}

/** Metrics after these begin together. */
const TURNS_MAX = 3;
/** What falls keeps at least the rest of its lowest value. */
const FALL_SHARE_MAX = 0.9;

/** A fleet with the faults of its plan. Deterministic. Cost: about 300 ns per point; memory: 16 bytes. */
export function truthFleet(plan: PlannedFleet): TruthFleet {
  const dice = new Dice(`truth ${plan.name}`);
  const { placed, pointCount } = placeFaults(plan, dice);
  const grid = { startMs: ORIGIN_MS, intervalMs: plan.stepMs, pointCount };
  const nodes = generateFleet({
    ...{ seed: plan.name, grid, tenantCount: 1, clusterCount: plan.clusters },
    ...{ nodeCount: plan.nodes, metricCount: plan.metrics },
    common: { correlation: 0.2, law: "normal" },
    ...{ zones: [UTC], changes: [] },
  });
  const series = [...nodes].flatMap(({ clusterId, nodeId, metrics }): TruthSeries[] =>
    metrics.map(({ metricName, kind, values }) => {
      const rounded = values.map(sent);
      const place = { cluster: clusterId, node: nodeId, metric: metricName };
      return { ...place, kind, values: rounded, clean: rounded.slice() };
    }),
  );
  const faults = placed.map((one) => injected(one, series, plan.stepMs, dice));
  return { plan, startMs: ORIGIN_MS, pointCount, series, faults };
}

/** What exporters write: six digits. */
function sent(value: number): number {
  return Number(value.toPrecision(6));
}

function injected(
  { planned, cluster, nodes, first, length }: PlacedFault,
  all: readonly TruthSeries[],
  stepMs: DurationMs,
  dice: Dice,
): TruthFault {
  const { done } = planned;
  const here =
    done === "outage"
      ? all
      : all.filter((one) => one.cluster === cluster && nodes.includes(one.node));
  const chosen = new Set(metricsOf(planned, here, dice));
  const order = [...chosen];
  const parts = here
    .filter(({ metric }) => chosen.has(metric))
    .map((series) => {
      const turn = Math.min(order.indexOf(series.metric), TURNS_MAX);
      const from = first + planned.lagSteps * turn;
      return { series, first: from, end: from + length };
    });
  assert(parts.length > 0, `nothing in ${cluster} that ${done} means something to`);
  for (const part of parts) change(part, planned, stepMs, dice);
  const end = largestOf(
    parts.map((part) => part.end),
    first,
  );
  return { planned, kind: DONE[done].kind, cluster, nodes, parts, first, end };
}

/** Names of the metrics that a fault changes, in the order in which it does. */
function metricsOf(
  { done, metrics }: PlannedFault,
  here: readonly TruthSeries[],
  dice: Dice,
): string[] {
  const { node } = here[0]!;
  const suited: readonly MetricKind[] = DONE[done].on;
  const names = here
    .filter((one) => one.node === node && suited.includes(one.kind))
    .map(({ metric }) => metric);
  if (done === "outage") return [...new Set(here.map(({ metric }) => metric))];
  if (done === "silent node" || metrics === "all") return names;
  const count = metrics === "one" ? 1 : Math.ceil(names.length / 2);
  const from = dice.below(names.length);
  return names.map((_, i) => names[(from + i) % names.length]!).slice(0, count);
}

function change(
  { series, first, end }: TruthPart,
  { done, size }: PlannedFault,
  stepMs: DurationMs,
  dice: Dice,
): void {
  const { values, clean, kind } = series;
  const part = values.subarray(first, end);
  const own = { kind, intervalMs: stepMs, timestampsMs: clean, values: clean };
  const by = size * unitAt({ ...own, noiseSize: NOISE_SIZE[kind] }, first);
  // Nothing that is counted or measured here falls below 0.
  const down = Math.min(
    by,
    FALL_SHARE_MAX * smallestOf(clean.subarray(first, end), Number.POSITIVE_INFINITY),
  );
  if (done === "step up" || done === "burst" || done === "spike") move(part, "spike", by);
  else if (done === "step down" || done === "drop") move(part, "dip", down);
  else if (done === "ramp") move(part, "trend", by);
  else if (done === "tripled") for (let i = 0; i < part.length; i++) part[i]! *= 3;
  else if (done === "variance") {
    for (let i = 0; i < part.length; i++) part[i]! += 0.5 * by * dice.gaussian();
  } else if (done === "stuck") part.fill(values[first - 1]!);
  else if (done === "another hour") {
    const day = Math.round(DAY_MS / stepMs);
    const source = first - Math.floor(day / 2) - 3 * day;
    assert(source >= 0, "another hour needs four days before it");
    part.set(values.slice(source, source + part.length));
  } else part.fill(Number.NaN);
  for (let i = 0; i < part.length; i++) part[i] = sent(part[i]!);
}
