/** Nonconformity of an ordinary point; the walk back stops there. Source: classifier.py. */
const QUIET_NONCONFORMITY = 1.6;
const WALK_POINTS_MAX = 400;

/**
 * First point of an anomaly: from the first alarm back over at most 400 points while nonconformity
 * stays above its ordinary level; missing points (NaN) neither end the walk nor begin an anomaly.
 */
export function findOnset(nonconformity: Float64Array, firstAlarmIndex: number): number {
  const oldest = Math.max(0, firstAlarmIndex - WALK_POINTS_MAX);
  let onset = firstAlarmIndex;
  for (let at = firstAlarmIndex - 1; at >= oldest; at--) {
    if (nonconformity[at]! <= QUIET_NONCONFORMITY) break;
    if (nonconformity[at]! > QUIET_NONCONFORMITY) onset = at;
  }
  return onset;
}
