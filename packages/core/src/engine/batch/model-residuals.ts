import type { EpochMs } from "../../model/time.ts";
import type { StreamClock } from "../stream/clock.ts";
import { reconsider } from "../stream/first-hours.ts";
import { stepModels } from "../stream/models.ts";
import { PointScratch } from "../stream/point-scratch.ts";
import { STATE, StreamState } from "../stream/state.ts";
import { unitOf } from "../stream/unit.ts";

const { SURPRISED, TAKEN_OVER } = STATE;

/** Larger values, in units, count as this large, as in the stream engine: their squares stay finite. */
const VALUE_MAX = 1e36;

/** A change of regime began after the last point at which this share was a surprise at most. */
const CALM_SHARE = 0.05;
/** Points from a change on that stay as surprising as they were. */
const ONSET_POINTS = 30;

/** What the stream engine's models say of every point of a series. Columns of one length. */
export interface ModelResiduals {
  /** Residuals of the views in units of their usual size; 0 where missing. */
  readonly sudden: Float64Array;
  readonly hour: Float64Array;
  readonly recent: Float64Array;
  /** Distance from the slow level in its usual sizes, of which a sustained shift is made. */
  readonly slow: Float64Array;
  /** As the stream engine gives them; NaN where missing. */
  readonly expected: Float64Array;
  readonly level: Float64Array;
  readonly scale: Float64Array;
}

function keep(made: ModelResiduals, i: number, point: PointScratch, unit: number): void {
  made.sudden[i] = point.rlsZ;
  made.hour[i] = point.dailyZ;
  made.recent[i] = point.mediumZ;
  made.slow[i] = point.slowZ;
  made.expected[i] = point.expected * unit;
  made.level[i] = point.daily * unit;
  made.scale[i] = point.typicalDaily * unit;
}

/** One pass over the points in the order of time. NaN and infinities are missing points. */
export function modelResiduals(
  timestampsMs: Float64Array,
  values: Float64Array,
  clock: StreamClock,
): ModelResiduals {
  const made = emptyResiduals(values.length);
  const state = new StreamState(clock);
  const point = new PointScratch();
  const unit = unitOf(usualSize(values));
  let taken = 0;
  /** Where the latest change began, and up to where residuals are left as they were told first. */
  let onset = 0;
  let told = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const limited = Math.min(Math.max(value / unit, -VALUE_MAX), VALUE_MAX);
    stepModels(state, clock, timestampsMs[i]!, limited, point);
    if (i >= told) keep(made, i, point, unit);
    reconsider(state, clock, timestampsMs[i]!, limited, point);
    if (state.numbers[TAKEN_OVER]! > taken) {
      // What the fresh models would have said from the change on, had one known.
      taken++;
      if (onset + ONSET_POINTS <= told) continue;
      told = onset + ONSET_POINTS;
      state.restart();
      i = onset - 1;
    } else if (state.numbers[SURPRISED]! < CALM_SHARE) {
      onset = i + 1;
    }
  }
  return made;
}

/** Median size of the values other than 0; 1 where there is none. */
function usualSize(values: Float64Array): number {
  const sizes = values.map(Math.abs).filter((size) => size > 0 && size < Number.POSITIVE_INFINITY);
  return sizes.sort()[sizes.length >> 1] ?? 1;
}

/** The same over the series read from its end: time is mirrored, the columns are turned back. */
export function mirroredResiduals(
  timestampsMs: Float64Array,
  values: Float64Array,
  clock: StreamClock,
): ModelResiduals {
  const ends: EpochMs = (timestampsMs[0] ?? 0) + (timestampsMs.at(-1) ?? 0);
  const mirroredMs = timestampsMs.map((atMs) => ends - atMs).reverse();
  const made = modelResiduals(mirroredMs, values.toReversed(), clock);
  for (const column of Object.values(made)) column.reverse();
  return made;
}

function emptyResiduals(length: number) {
  const unknown = () => new Float64Array(length).fill(Number.NaN);
  return {
    sudden: new Float64Array(length),
    hour: new Float64Array(length),
    recent: new Float64Array(length),
    slow: new Float64Array(length),
    expected: unknown(),
    level: unknown(),
    scale: unknown(),
  };
}
