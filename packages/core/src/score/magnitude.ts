/** A value beside what was typical there. */
export interface EffectPoint {
  readonly value: number;
  /** Typical level: what the value is held against. */
  readonly level: number;
  /** Typical size of a deviation from the level. */
  readonly scale: number;
}

/** No effect counts as more than this many spreads: a series without any has no size to go by. */
const MAGNITUDE_MAX = 1e5;

/**
 * How large the effect was against the typical level and spread: the distance of an episode's
 * farthest anomalous point from its level, in typical scales. Not a rarity; that is the score.
 *
 * The farthest point, not the one with the highest score: a level shift has its highest score at
 * the end, when its values may be back in the usual range, and that would call a large fault small.
 * The spread is raised by a hundred-thousandth of the effect, so that a series without any spread
 * gives a finite number that depends neither on the metric's unit nor on its level.
 *
 * @returns 0 where the value or the level is missing, as in a silence
 */
export function magnitudeOf({ value, level, scale }: EffectPoint): number {
  const away = Math.abs(value - level);
  if (!Number.isFinite(away) || Number.isNaN(scale)) return 0;
  return away === 0 ? 0 : away / (scale + away / MAGNITUDE_MAX);
}
