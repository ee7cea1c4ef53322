import type { Checksum } from "../model/state-bytes.ts";
import type { StateMemory } from "../model/state-memory.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";

/** Columns that a scorer fills for one point; indices into its `out`. */
export const SCORER_OUT = {
  /** How badly the point fits, >= 0. */
  nonconformity: 0,
  /** What the model expected of the next step (may echo recent values). */
  expected: 1,
  /** What a person should be shown as usual for this time of day. */
  level: 2,
  /** Typical size of a deviation from `level`, in the metric's unit. */
  scale: 3,
  /** Parts of the nonconformity by view, same unit: they add up to it. */
  sudden: 4,
  hour: 5,
  recent: 6,
  shift: 7,
} as const;
export const SCORER_OUT_LENGTH = 8;

/** An engine's lower floor, streaming: turns points into nonconformity, expectation and spread. */
export interface StreamScorer {
  /** Stable, kebab-case: it is part of the result key. */
  readonly name: string;
  /** Raised when the same points would give other numbers; part of saved state. */
  readonly version: number;
  /** Points before the first meaningful answer. */
  readonly pointsMin: number;
  /**
   * A detector of one series. `intervalMs` is the nominal sampling interval. Its state may be
   * placed in `memory` when it is one of many long-lived ones.
   */
  open(intervalMs: DurationMs, memory?: StateMemory): OpenScorer;
}

/** The state of one series. O(1) per point, no clock, no dice. */
export interface OpenScorer {
  /**
   * Judges one point, then learns it. NaN = missing: nothing is learnt.
   * Fills `out` (length SCORER_OUT_LENGTH); columns that are not known are NaN.
   */
  push(atMs: EpochMs, value: number, out: Float64Array): void;
  /**
   * How often the models restarted because what they had learnt no longer held, as for a series that
   * had been constant so far; the calibration restarts with them, after that point. Left out: never.
   */
  readonly restartCount?: number;
  /** What is usual, as of the latest point. Left out: the engine does not keep it. */
  readonly baseline?: Baseline;
  /**
   * Takes over what another scorer of the same series has learnt of levels and times of day, at another
   * sampling interval; everything else is learnt from the next point on. Left out: nothing is taken over.
   */
  inherit?(from: Baseline): void;
  /**
   * Little-endian bytes of the whole state, first byte = format. `checksum` "outer": they are kept in other sealed
   * bytes, and need none of their own; a scorer may leave that out of account in both directions.
   */
  save(checksum?: Checksum): Uint8Array;
  /** Replaces the state. @throws Refusal "state/unreadable" for other formats, lengths, checksums. */
  restore(bytes: Uint8Array, checksum?: Checksum): void;
}

/** What is usual at a time of day: the slow level and, on top of it, a daily profile. */
export interface Baseline {
  readonly slowLevel: number;
  /** Usual distance from the slow level, and how long both have been learnt. Left out: not kept. */
  readonly slowScale?: number;
  readonly learntMs?: DurationMs;
  /** Bins of the profile; they divide the UTC day evenly. */
  readonly seasonBins: number;
  /** Copies the profile: deviations from the slow level. */
  copySeason(out: Float64Array): void;
}

/** An engine's lower floor, batch: a whole series at once. */
export interface BatchScorer {
  readonly name: string;
  readonly version: number;
  readonly pointsMin: number;
  /** Columns as long as `values`; NaN nonconformity only where the value is missing. */
  score(timestampsMs: Float64Array, values: Float64Array, intervalMs: DurationMs): ScorerColumns;
}

export interface ScorerColumns {
  readonly nonconformity: Float64Array;
  readonly expected: Float64Array;
  readonly level: Float64Array;
  readonly scale: Float64Array;
  /** Parts of the nonconformity by view: they add up to it. Left out: the engine has none. */
  readonly parts?: Partial<Record<"sudden" | "hour" | "recent" | "shift", Float64Array>>;
}
