import type { EventView } from "./event-view.ts";

/** Steps on each side of a beginning: fewer say nothing about their size. */
const STEPS_MIN = 4;
/** A side that does not move at all counts as moving by this share of the usual deviation. */
const LEAST_SHARE = 1e-3;

/**
 * Index of the first point of a restless stretch: where two sizes of the steps from point to point explain them best
 * (by the likelihood of Laplace's law, which single large ones do not rule), looked for from one base stretch before
 * the event to the first alarm. `firstIndex` where there are too few points. Cost: O(points looked at).
 */
export function varianceOnset(view: EventView): number {
  const { values, firstIndex, lastIndex, spans, scale } = view;
  const alarm = view.alarmIndex ?? lastIndex;
  const from = Math.max(1, Math.min(firstIndex, alarm) - spans.base);
  const to = Math.min(lastIndex, alarm + spans.base);
  const sizes: number[] = [];
  const indices: number[] = [];
  for (let i = from; i <= to; i++) {
    const step = values[i]! - values[i - 1]!;
    if (Number.isNaN(step)) continue;
    sizes.push(Math.abs(step));
    indices.push(i);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const least = LEAST_SHARE * scale;
  const cost = (sum: number, count: number) => count * Math.log(Math.max(sum / count, least));
  let best = firstIndex;
  let lowest = Number.POSITIVE_INFINITY;
  let before = 0;
  for (let k = 0; k < sizes.length && indices[k]! <= alarm; k++) {
    const after = sizes.length - k;
    if (k >= STEPS_MIN && after >= STEPS_MIN && (total - before) / after > before / k) {
      const both = cost(before, k) + cost(total - before, after);
      if (both < lowest) [lowest, best] = [both, indices[k]!];
    }
    before += sizes[k]!;
  }
  return best;
}
