import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import { Dice } from "@foreshock/core/generator";
import type { ClusterPlan } from "./fleet-plan.ts";
import { METRIC_NAMES } from "./metric-catalog.ts";

/** Correlation of the common noise from step to step: traffic swings last about half an hour. */
const COMMON_MEMORY = 0.85;
/** At weekends the daily swing is smaller and its level a little lower: a service with users all over. */
const WEEKEND_CALM = 0.12;
const WEEKEND_DROP = 0.04;
/** How far a release moves the level of a metric, in sizes of its noise: small steps. */
const RELEASE_STEP = 0.4;

/** What all nodes of a cluster have in common in one chunk of time. */
export interface ClusterChunk {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
  /** Swings of traffic that all nodes feel, standard deviation 1. */
  readonly common: Float64Array;
}

/** The common noise of a cluster, chunk after chunk. */
export class ClusterLoad {
  readonly #dice: Dice;
  #common = 0;

  constructor(seed: number, plan: ClusterPlan) {
    this.#dice = new Dice(`${seed} load ${plan.tenantId}/${plan.clusterId}`);
  }

  next(startMs: number, stepMs: number, count: number): ClusterChunk {
    const common = new Float64Array(count);
    const fresh = Math.sqrt(1 - COMMON_MEMORY ** 2);
    for (let i = 0; i < count; i++) {
      this.#common = COMMON_MEMORY * this.#common + fresh * this.#dice.gaussian();
      common[i] = this.#common;
    }
    return { startMs, stepMs, count, common };
  }
}

/**
 * How busy users keep a cluster, about -1.1 in the small hours to 0.9 in the afternoon of a
 * weekday. A pure function of time: people, not dice.
 */
export function loadAt(atMs: number, zoneHours: number): number {
  const localMs = atMs + zoneHours * HOUR_MS;
  const turn = (2 * Math.PI * (localMs % DAY_MS)) / DAY_MS;
  const daily = 0.85 * Math.sin(turn - 2.4) + 0.18 * Math.sin(2 * turn - 5.2);
  const weekend = weekendShare(localMs);
  return daily * (1 - WEEKEND_CALM * weekend) - WEEKEND_DROP * weekend;
}

/** 0 on weekdays, 1 at weekends, passing over in four hours around midnight. */
function weekendShare(localMs: number): number {
  // 1970-01-01 was a Thursday: day 2 of that count is a Saturday.
  const days = (localMs / DAY_MS + 4) % 7;
  const ramp = 2 / 24;
  const sunday = days < 1 ? 1 - clamp01((days - 1 + ramp) / (2 * ramp)) : 0;
  const late = days >= 1 && days < 1 + ramp ? 1 - clamp01((days - 1 + ramp) / (2 * ramp)) : 0;
  const saturday = clamp01((days - 6 + ramp) / (2 * ramp));
  return Math.max(sunday, late, saturday);
}

function clamp01(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

/**
 * Offset of every metric under the `release`-th version of the software, in sizes of its noise.
 * Version 0 is what ran at the beginning.
 */
export function releaseOffsets(seed: number, plan: ClusterPlan, release: number): Float64Array {
  const offsets = new Float64Array(METRIC_NAMES.length);
  if (release === 0) return offsets;
  const dice = new Dice(`${seed} release ${plan.tenantId}/${plan.clusterId} ${release}`);
  for (const metric of ["cpu_usage", "load1", "memory_used", "latency_p99"] as const) {
    offsets[METRIC_NAMES.indexOf(metric)] = RELEASE_STEP * dice.gaussian();
  }
  return offsets;
}
