import type { DurationMs } from "../../model/time.ts";
import type { BatchScorer, ScorerColumns } from "../scorer.ts";
import { streamClock } from "../stream/clock.ts";
import { POINTS_BEFORE_ANSWERS } from "../stream/models.ts";
import { residualSize, type Side, shiftSize } from "./directed-size.ts";
import { withSurroundings } from "./incident-surroundings.ts";
import { mirroredResiduals, modelResiduals } from "./model-residuals.ts";

/** As in the stream engine, but for half of its shift: four directions of it agree less. */
const SUDDEN_WEIGHT = 0.5;
const HOUR_WEIGHT = 0.25;
const RECENT_WEIGHT = 0.25;
const SHIFT_WEIGHT = 0.1;
/**
 * Weights of the models' direction and the side of the residuals, 1 together. The forward models,
 * judged from the past, are the stream engine; where events are sharp they know more than the others.
 */
const STREAM_WEIGHT = 0.34;
const OTHER_WEIGHT = 0.22;

/**
 * The default engine looking both ways: its models run forward and over the mirrored series, energies
 * and sustained shifts of both residuals are taken from the past and from the future and added up,
 * smoothed over three points, and ordinary points near an incident rank before other ordinary points.
 *
 * **It looks ahead**: what it says of a point depends on later ones. For backfill, "explain this
 * period" and evaluation, not for live alarms.
 *
 * Good at: where an event begins and ends, the first hours of a series. Weak at: as the stream engine.
 * 0 everywhere where a series has at most 20 points. `expected`, `level` and `scale` are the forward
 * pass's. NaN and infinities are missing.
 *
 * Cost: two passes of the stream engine and one sort; about 150 bytes per point while it works.
 * Source: spec/detection.md section 6, docs/DECISIONS.md.
 */
export function batchScorer(): BatchScorer {
  return { name: "batch", version: 3, pointsMin: POINTS_BEFORE_ANSWERS + 1, score };
}

function score(
  timestampsMs: Float64Array,
  values: Float64Array,
  intervalMs: DurationMs,
): ScorerColumns {
  const clock = streamClock(intervalMs);
  const forward = modelResiduals(timestampsMs, values, clock);
  const backward = mirroredResiduals(timestampsMs, values, clock);
  const view = (name: View, weight: number) => {
    const sizeOf = name === "slow" ? shiftSize : residualSize;
    const ahead = bothSides(forward[name], sizeOf, STREAM_WEIGHT);
    const behind = bothSides(backward[name], sizeOf, OTHER_WEIGHT);
    return smoothed(ahead.map((size, i) => weight * (size + behind[i]!)));
  };
  const sudden = view("sudden", SUDDEN_WEIGHT);
  const hour = view("hour", HOUR_WEIGHT);
  const recent = view("recent", RECENT_WEIGHT);
  const shift = view("slow", SHIFT_WEIGHT);
  const sizes = values.map((value, i) =>
    Number.isFinite(value) ? sudden[i]! + hour[i]! + recent[i]! + shift[i]! : Number.NaN,
  );
  const nonconformity = withSurroundings(sizes);
  const { expected, level, scale } = forward;
  const share = (part: Float64Array) =>
    part.map((size, i) => (sizes[i] === 0 ? 0 : (size / sizes[i]!) * nonconformity[i]!));
  return {
    nonconformity,
    expected,
    level,
    scale,
    parts: { sudden: share(sudden), hour: share(hour), recent: share(recent), shift: share(shift) },
  };
}

type View = "sudden" | "hour" | "recent" | "slow";

function bothSides(
  z: Float64Array,
  sizeOf: (z: Float64Array, side: Side) => Float64Array,
  pastWeight: number,
): Float64Array {
  const future = sizeOf(z, "future");
  return sizeOf(z, "past").map((size, i) => pastWeight * size + OTHER_WEIGHT * future[i]!);
}

/** Each point with a quarter of either neighbour; the ends count themselves twice. */
function smoothed(column: Float64Array): Float64Array {
  const last = column.length - 1;
  return column.map((number, i) => {
    const before = column[Math.max(i - 1, 0)]!;
    const behind = column[Math.min(i + 1, last)]!;
    return 0.5 * number + 0.25 * (before + behind);
  });
}
