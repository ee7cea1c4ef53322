import { type AnomalyKind, type DurationMs, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import type { MetricKind } from "@foreshock/core/generator";

const LOAD: readonly MetricKind[] = ["cpu", "rps"];
const LEVELS: readonly MetricKind[] = ["cpu", "rps", "latency", "mem_saw", "net_cron", "temp"];
const ANY: readonly MetricKind[] = [...LEVELS, "disk", "errors", "queue"];

/** What is done: its true kind, which metrics it means something to, and for how many minutes: [shortest, longest). */
export const DONE = {
  "step up": { kind: "shift_up", on: ANY, minutes: [240, 960] },
  "step down": { kind: "shift_down", on: LEVELS, minutes: [240, 960] },
  tripled: { kind: "shift_up", on: LEVELS, minutes: [240, 960] },
  burst: { kind: "spike", on: ANY, minutes: [20, 60] },
  drop: { kind: "dip", on: LEVELS, minutes: [20, 60] },
  spike: { kind: "spike", on: ANY, minutes: [0, 0] },
  ramp: { kind: "trend", on: ANY, minutes: [360, 960] },
  variance: { kind: "variance", on: ANY, minutes: [240, 720] },
  "another hour": { kind: "seasonal", on: LOAD, minutes: [360, 720] },
  stuck: { kind: "flatline", on: LEVELS, minutes: [240, 720] },
  "silent metric": { kind: "missing", on: ANY, minutes: [240, 720] },
  "silent node": { kind: "missing", on: [...ANY, "const"], minutes: [240, 720] },
  outage: { kind: "missing", on: [...ANY, "const"], minutes: [60, 240] },
} as const satisfies Record<
  string,
  {
    readonly kind: AnomalyKind;
    readonly on: readonly MetricKind[];
    readonly minutes: readonly [number, number];
  }
>;
export type Done = keyof typeof DONE;

/** Shapes that begin at a point which the values show; the others grow out of what is usual. */
export const CLEAN_BEGINNING: ReadonlySet<Done> = new Set<Done>([
  ...(["step up", "step down", "tripled", "burst", "drop", "spike", "variance", "stuck"] as const),
  ...(["silent metric", "silent node"] as const),
]);

export type Who = "one" | "some" | "whole";

export interface PlannedFault {
  readonly done: Done;
  readonly who: Who;
  readonly metrics: "one" | "half" | "all";
  /** In units of the metric's noise. */
  readonly size: number;
  /** Each further metric begins this many steps after the one before it. */
  readonly lagSteps: number;
  /** Begins together with the fault before it, elsewhere. */
  readonly isTogether?: boolean;
}

export interface PlannedFleet {
  readonly name: string;
  readonly stepMs: DurationMs;
  readonly historyMs: DurationMs;
  readonly clusters: number;
  /** Of each cluster. */
  readonly nodes: number;
  readonly metrics: number;
  readonly faults: readonly PlannedFault[];
}

/** How much longer everything lasts where steps are short or long; never so short that a step is a burst. */
export function lengthFactor(stepMs: DurationMs): number {
  if (stepMs < 5 * MINUTE_MS) return 0.5;
  return stepMs < HOUR_MS ? 1 : 4;
}
