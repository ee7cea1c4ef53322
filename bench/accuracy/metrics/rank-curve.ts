/** Points with at least one score: how many are labelled, how many not, from the highest score down. */
interface CurveStep {
  readonly hits: number;
  readonly falseHits: number;
  readonly threshold: number;
}

/**
 * A copy in which every point has a place: NaN and -infinity below the smallest real score,
 * +infinity at the largest. All 0 where no score is finite.
 */
export function placedScores(score: ArrayLike<number>): Float64Array {
  const placed = Float64Array.from(score);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of placed) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return placed.fill(0);
  const below = low - (Math.max(1, Math.abs(low)) * 1e-6 + 1e-12);
  return placed.map((value) => {
    if (Number.isFinite(value)) return value;
    return value === Number.POSITIVE_INFINITY ? high : below;
  });
}

/** Point indices from the highest score down; equal scores keep their order. */
export function descending(score: Float64Array): Int32Array {
  return Int32Array.from(score, (_, i) => i).sort((a, b) => score[b]! - score[a]! || a - b);
}

/** Average precision (area in steps, equal scores as one threshold). NaN without a labelled point. */
export function aucPr(score: ArrayLike<number>, labels: ArrayLike<number>): number {
  const positives = countOf(labels);
  if (positives === 0) return Number.NaN;
  let area = 0;
  let before = 0;
  for (const { hits, falseHits } of curve(score, labels)) {
    area += ((hits - before) / positives) * (hits / (hits + falseHits));
    before = hits;
  }
  return area;
}

/** NaN where all points or none are labelled. */
export function aucRoc(score: ArrayLike<number>, labels: ArrayLike<number>): number {
  const positives = countOf(labels);
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return Number.NaN;
  let area = 0;
  let [hitsBefore, falseBefore] = [0, 0];
  for (const { hits, falseHits } of curve(score, labels)) {
    area += ((falseHits - falseBefore) / negatives) * ((hits + hitsBefore) / positives / 2);
    hitsBefore = hits;
    falseBefore = falseHits;
  }
  return area;
}

/** Best F1 of points over all thresholds: an oracle, for comparison with papers only. */
export function bestF1(score: ArrayLike<number>, labels: ArrayLike<number>): number {
  const positives = countOf(labels);
  if (positives === 0) return Number.NaN;
  let best = 0;
  for (const { hits, falseHits } of curve(score, labels)) {
    best = Math.max(best, (2 * hits) / (hits + falseHits + positives));
  }
  return best;
}

function* curve(score: ArrayLike<number>, labels: ArrayLike<number>): Generator<CurveStep> {
  const placed = placedScores(score);
  const order = descending(placed);
  let hits = 0;
  for (let rank = 0; rank < order.length; rank++) {
    const point = order[rank]!;
    if (labels[point]! > 0) hits++;
    const threshold = placed[point]!;
    if (rank + 1 < order.length && placed[order[rank + 1]!]! === threshold) continue;
    yield { hits, falseHits: rank + 1 - hits, threshold };
  }
}

function countOf(labels: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i]! > 0) count++;
  return count;
}
