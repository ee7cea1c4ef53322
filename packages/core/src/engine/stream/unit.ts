/** Sizes up to 1e24 and down to 1e-24 need no other unit: squares and single precision hold them. */
const PLAIN_MAX = 2 ** 80;
const PLAIN_MIN = 2 ** -80;

/** Values this many times smaller than their unit say that it was chosen from something else. */
const FAR_BELOW = 2 ** -200;
/** Values this many units large need a larger one, where theirs is a small one. */
const FAR_ABOVE = 2 ** 100;

/**
 * The unit in which values of this size are judged: 1 for all that people usually measure, otherwise
 * the power of two next to it, so that dividing by it changes no digit.
 *
 * @param value finite and not 0
 */
export function unitOf(value: number): number {
  const size = Math.abs(value);
  if (size <= PLAIN_MAX && size >= PLAIN_MIN) return 1;
  return 2 ** Math.min(1000, Math.max(-1000, Math.round(Math.log2(size))));
}

/** Whether a value (finite, not 0) is not of the size that the unit was chosen for. */
export function outgrows(value: number, unit: number): boolean {
  const size = Math.abs(value) / unit;
  return unit > 1 ? size < FAR_BELOW : unit < 1 && size > FAR_ABOVE;
}
