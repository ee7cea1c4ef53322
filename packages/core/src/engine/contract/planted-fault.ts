import { Dice } from "../../generator/dice.ts";
import { MetricSeries } from "../../model/metric-series.ts";
import { DAY_MS, MINUTE_MS } from "../../model/time.ts";
import type { AnomalyDetectionEngine } from "../engine.ts";
import { KEY, ORIGIN_MS } from "./some-series.ts";

/** Values far from where they usually are: a spike or a shift, upwards or downwards. */
export interface DeviationFault {
  readonly kind: "deviation";
}

/** A value that repeats itself for five hours, on a metric that moves at every point. */
export interface StuckFault {
  readonly kind: "stuck";
}

/** Two hours of missing values (NaN). */
export interface MissingFault {
  readonly kind: "missing";
}

/** A deviation of one node, on a metric that six nodes share. */
export interface OneNodeFault {
  readonly kind: "one-node";
  /** The engine that compares with these series: the same metric on the other five nodes. */
  readonly among: (peers: readonly MetricSeries[]) => AnomalyDetectionEngine;
}

/** What an engine is for. The contract plants it and demands that the engine finds it. */
export type PlantedFault = DeviationFault | StuckFault | MissingFault | OneNodeFault;

/** A series with one fault in its second half. */
export interface FaultyCase {
  readonly series: MetricSeries;
  /** The same metric on other nodes, all healthy; empty unless the fault is `one-node`. */
  readonly peers: readonly MetricSeries[];
  /** Points before this one are for learning: nobody asks how they are ranked. */
  readonly rankedFrom: number;
  /** 1 inside the fault. */
  readonly labels: Uint8Array;
}

const STEP_MS = 5 * MINUTE_MS;
const POINTS_PER_DAY = DAY_MS / STEP_MS;
const RANKED_FROM = 2 * POINTS_PER_DAY;
const POINT_COUNT = 4 * POINTS_PER_DAY;

/** Twelve places spread evenly over the ranked points, so that no rule based on position finds them. */
const CASES = 12;
/** Up and down, early and late, short and long are balanced against each other. */
const SIGNS = [1, -1, -1, 1] as const;
const SPIKE_POINTS = 3;
const SHIFT_POINTS = 24;
const STUCK_POINTS = 60;
const MISSING_POINTS = 24;

const LEVEL = 100;
/** Half-height of the daily wave, in standard deviations of the noise (1). */
const WAVE = 3;
/** Four times the wave: no engine needs to know the season to see it. */
const FAULT_SIZE = 12;
const PEERS = 5;
/** Persistence and step size of the drift that nodes of a cluster share: sd about 4. */
const DRIFT_KEEP = 0.97;
const DRIFT_STEP = 1;

/** Twelve series with this fault, always the same. */
export function faultyCases({ kind }: PlantedFault): FaultyCase[] {
  return Array.from({ length: CASES }, (_, k) => faultyCase(kind, k));
}

function faultyCase(kind: PlantedFault["kind"], k: number): FaultyCase {
  const shared = kind === "one-node" ? sharedDrift(k) : undefined;
  const values = healthyValues(`${kind} ${k}`, shared);
  const length = lengthOf(kind, k);
  const first =
    RANKED_FROM + Math.round(((k + 0.5) / CASES) * (POINT_COUNT - RANKED_FROM - length));
  const part = values.subarray(first, first + length);
  if (kind === "stuck") part.fill(values[first - 1]!);
  else if (kind === "missing") part.fill(Number.NaN);
  else for (let i = 0; i < length; i++) part[i]! += SIGNS[k % SIGNS.length]! * FAULT_SIZE;
  const labels = new Uint8Array(POINT_COUNT);
  labels.fill(1, first, first + length);
  const peers = Array.from({ length: shared === undefined ? 0 : PEERS }, (_, peer) =>
    seriesOfNode(`peer-${peer}`, healthyValues(`${kind} ${k} peer ${peer}`, shared)),
  );
  return { series: seriesOfNode(KEY.nodeId, values), peers, rankedFrom: RANKED_FROM, labels };
}

function lengthOf(kind: PlantedFault["kind"], k: number): number {
  if (kind === "stuck") return STUCK_POINTS;
  if (kind === "missing") return MISSING_POINTS;
  return k % 2 === 0 ? SPIKE_POINTS : SHIFT_POINTS;
}

/** A daily wave with white noise of standard deviation 1, on top of what all nodes share. */
function healthyValues(seed: string, shared: Float64Array | undefined): Float64Array {
  const dice = new Dice(seed);
  return Float64Array.from({ length: POINT_COUNT }, (_, i) => {
    const wave = WAVE * Math.sin((2 * Math.PI * i) / POINTS_PER_DAY);
    return LEVEL + wave + (shared?.[i] ?? 0) + dice.gaussian();
  });
}

function sharedDrift(k: number): Float64Array {
  const dice = new Dice(`shared ${k}`);
  let drift = 0;
  return Float64Array.from({ length: POINT_COUNT }, () => {
    drift = DRIFT_KEEP * drift + DRIFT_STEP * dice.gaussian();
    return drift;
  });
}

function seriesOfNode(nodeId: string, values: Float64Array): MetricSeries {
  const timestamps = values.map((_, i) => ORIGIN_MS + i * STEP_MS);
  return new MetricSeries({ ...KEY, nodeId, timestamps, values });
}
