import type { DurationMs } from "../../model/time.ts";
import type { BatchScorer, ScorerColumns } from "../scorer.ts";
import { streamClock } from "../stream/clock.ts";
import { POINTS_BEFORE_ANSWERS } from "../stream/models.ts";
import { withSurroundings } from "./incident-surroundings.ts";
import { mirroredResiduals, modelResiduals } from "./model-residuals.ts";
import { twoSidedSize } from "./two-sided-size.ts";

/** As in the stream engine. */
const SUDDEN_WEIGHT = 0.5;
const HOUR_WEIGHT = 0.25;
const RECENT_WEIGHT = 0.25;
/** Two directions of the models, two of the energies: their mean is of the order of 1. */
const DIRECTIONS = 4;

/**
 * The default engine looking both ways: its models run forward and over the mirrored series, the
 * energies of both residuals are taken from the past and from the future, smoothed over three points,
 * and ordinary points near an incident rank before other ordinary points.
 *
 * **It looks ahead**: what it says of a point depends on later ones. For backfill, "explain this
 * period" and evaluation, not for live alarms.
 *
 * Good at: where an event begins and ends, the first hours of a series. Weak at: as the stream engine.
 * 0 everywhere where a series has at most 20 points. `expected`, `level` and `scale` are the forward
 * pass's. NaN and infinities are missing.
 *
 * Cost: two passes of the stream engine and one sort; about 150 bytes a point while it works.
 * Source: spec/detection.md section 6, docs/DECISIONS.md.
 */
export function batchScorer(): BatchScorer {
  return { name: "batch", version: 1, pointsMin: POINTS_BEFORE_ANSWERS + 1, score };
}

function score(
  timestampsMs: Float64Array,
  values: Float64Array,
  intervalMs: DurationMs,
): ScorerColumns {
  const clock = streamClock(intervalMs);
  const forward = modelResiduals(timestampsMs, values, clock);
  const backward = mirroredResiduals(timestampsMs, values, clock);
  const view = (name: "sudden" | "hour" | "recent", weight: number) => {
    const ahead = twoSidedSize(forward[name]);
    const behind = twoSidedSize(backward[name]);
    return smoothed(ahead.map((size, i) => (weight / DIRECTIONS) * (size + behind[i]!)));
  };
  const sudden = view("sudden", SUDDEN_WEIGHT);
  const hour = view("hour", HOUR_WEIGHT);
  const recent = view("recent", RECENT_WEIGHT);
  const sizes = values.map((value, i) =>
    Number.isFinite(value) ? sudden[i]! + hour[i]! + recent[i]! : Number.NaN,
  );
  const nonconformity = withSurroundings(sizes);
  const { expected, level, scale } = forward;
  const share = (part: Float64Array) =>
    part.map((size, i) => (sizes[i] === 0 ? 0 : (size / sizes[i]!) * nonconformity[i]!));
  const parts = { sudden: share(sudden), hour: share(hour), recent: share(recent) };
  return { nonconformity, expected, level, scale, parts };
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
