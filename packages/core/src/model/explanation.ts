import type { AnomalyKind } from "./anomaly-type.ts";
import type { EpochMs } from "./time.ts";

export type Direction = "up" | "down" | "none";

/**
 * Why a window is anomalous, as numbers that re-derive from stored data. Numbers that are not
 * known are NaN; nothing is guessed.
 */
export interface Explanation {
  /** One sentence for people: change; shape; how rare; who agrees; what came first. */
  readonly text: string;
  readonly kind: AnomalyKind;
  readonly direction: Direction;
  /** When it began: walked back from the first alarm while the evidence stayed raised. */
  readonly onset: EpochMs;
  /** The instant of the highest score. */
  readonly peak: EpochMs;
  /** The value at the peak, in the metric's own unit. */
  readonly actual: number;
  /** What was expected at the peak, and the usual range around it. */
  readonly typical: { readonly low: number; readonly high: number; readonly level: number };
  /** actual - typical.level: absolute, in percent of the level, in typical scales. */
  readonly deviation: {
    readonly absolute: number;
    readonly percent: number;
    readonly sigma: number;
  };
  /** "About once in this many days for this metric." */
  readonly returnPeriodDays: number;
  /** Share of the evidence by view; sums to 1 (all 0 where there is no evidence). */
  readonly factors: readonly { readonly name: FactorName; readonly share: number }[];
  /**
   * For which value a point would have been normal; undefined where no single value would have
   * been, because the points before it weigh enough or it was missing or stuck.
   */
  readonly counterfactual?: Counterfactual;
  /** Beside the same metric of the cluster's other nodes; undefined where it was not compared. */
  readonly peers?: PeerStanding;
  /** 0..1: how much of the history that the engine wants has been seen. */
  readonly confidence: number;
}

/** How a series compares with the same metric of other nodes. */
export interface PeerStanding {
  /** Distance from their median at the peak, in usual distances, signed; NaN where not known. */
  readonly z: number;
  /** How many others were looked at. */
  readonly compared: number;
  /** How many of them were anomalous too between the onset and the peak: 0 = alone. */
  readonly anomalous: number;
}

/** sudden = against the prediction, hour = against this hour of the day, recent = against the last hours, shift = sustained. */
export type FactorName = "sudden" | "hour" | "recent" | "shift" | "absence";

/** The value nearest to a point's own with which it would have scored below 0.5. */
export interface Counterfactual {
  /** The point: that of the highest score, or the first one of the episode. */
  readonly atMs: EpochMs;
  readonly value: number;
  /** `at-most`: normal if the value had been no higher; `at-least`: no lower. */
  readonly bound: "at-most" | "at-least";
  /** What the point would have scored with that value, everything before it as it was. */
  readonly score: number;
}
