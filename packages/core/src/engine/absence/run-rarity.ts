/** p is never claimed smaller. Source: spec of the tail, MIN_P. */
export const RUN_P_MIN = 1e-12;

/**
 * Probability that a healthy series is still in an equal run (or a gap) after `length` steps.
 *
 * Geometric in the chance q that a run goes on, q = the larger of
 * - the series' own share of such steps, and
 * - what its longest recent run implies: the longest of n geometric runs is about ln(n) / -ln(q)
 *   long, so q = exp(-ln(n + 2) / longest). Runs that come in bursts (a counter that rests at 0
 *   all night) are far longer than their share over the day says; this keeps them unsurprising.
 *
 * @param share own share of equal (or missing) steps, in (0, 1), prior included
 * @param longest longest recent run in steps; 0 where there was none
 * @param runCount how many runs the share was learnt from
 * @returns p in [1e-12, 1]
 */
export function runRarity(
  length: number,
  share: number,
  longest: number,
  runCount: number,
): number {
  const ownRate = -Math.log(share);
  const longestRate = longest > 0 ? Math.log(runCount + 2) / longest : Number.POSITIVE_INFINITY;
  return Math.max(RUN_P_MIN, Math.exp(-length * Math.min(ownRate, longestRate)));
}
