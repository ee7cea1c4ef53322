import { firstAtOrAfter } from "@foreshock/core/fold";
import { type IndexRange, runsOf } from "../datasets/record.ts";
import { placedScores } from "./rank-curve.ts";

const THRESHOLDS = 250;

export interface Vus {
  /** Volume under the surface of precision and recall; NaN where nothing or everything is labelled. */
  readonly pr: number;
  readonly roc: number;
}

/**
 * Area under the range PR and ROC curve, averaged over buffers of 0 to `window` points around each
 * event, so that neither an early nor a late alarm is punished hard. 250 thresholds by rank.
 *
 * Cost: one sort, and per buffer length one pass over the points near events.
 * Source: Paparrizos et al., "Volume under the surface", VLDB 2022; as evaluated by TSB-AD.
 */
export function vus(score: ArrayLike<number>, labels: ArrayLike<number>, window: number): Vus {
  const events = runsOf(labels);
  const length = labels.length;
  const positives = events.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (events.length === 0 || positives === length) return { pr: Number.NaN, roc: Number.NaN };
  const placed = placedScores(score);
  const cut = thresholdsOf(placed);
  const predicted = predictedAt(placed, cut);
  const core = new Float64Array(THRESHOLDS);
  for (const [first, last] of events) {
    for (let i = first; i <= last; i++) admit(core, cut, placed[i]!, 1);
  }
  accumulate(core);
  const near = nearPoints(placed, events, window >> 1, cut);
  let [prSum, rocSum] = [0, 0];
  let found: Float64Array = new Float64Array(THRESHOLDS);
  for (let buffer = 0; buffer <= window; buffer++) {
    if (buffer % 2 === 0) found = shareFound(placed, padded(events, buffer >> 1, length), cut);
    const hits = bufferHits(near, buffer);
    const { pr, roc } = areas({ core, hits, found, predicted, positives, length });
    prSum += pr;
    rocSum += roc;
  }
  return { pr: prSum / (window + 1), roc: rocSum / (window + 1) };
}

/** Scores at evenly spaced ranks, falling. */
function thresholdsOf(placed: Float64Array): Float64Array {
  const falling = placed.slice().sort().reverse();
  const step = (falling.length - 1) / (THRESHOLDS - 1);
  return Float64Array.from({ length: THRESHOLDS }, (_, k) => {
    const rank = k === THRESHOLDS - 1 ? falling.length - 1 : Math.floor(k * step);
    return falling[rank]!;
  });
}

/** Points with a score at or above each threshold. */
function predictedAt(placed: Float64Array, cut: Float64Array): Float64Array {
  const rising = placed.slice().sort();
  return cut.map((threshold) => rising.length - firstAtOrAfter(rising, threshold));
}

/** Index of the first threshold that admits a score; THRESHOLDS where none does. */
function firstAdmitting(cut: Float64Array, score: number): number {
  let [low, high] = [0, cut.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cut[middle]! > score) low = middle + 1;
    else high = middle;
  }
  return low;
}

function admit(counts: Float64Array, cut: Float64Array, score: number, weight: number): void {
  const first = firstAdmitting(cut, score);
  if (first < counts.length) counts[first]! += weight;
}

function accumulate(counts: Float64Array): void {
  for (let k = 1; k < counts.length; k++) counts[k]! += counts[k - 1]!;
}

interface NearPoints {
  /** First threshold that admits each unlabelled point near an event. */
  readonly first: Int32Array;
  /** Pairs of a point and an event within reach, by distance. */
  readonly pairs: readonly { readonly point: number; readonly distance: number }[];
}

function nearPoints(
  placed: Float64Array,
  events: readonly IndexRange[],
  reach: number,
  cut: Float64Array,
): NearPoints {
  const length = placed.length;
  const indexOf = new Map<number, number>();
  const pairs: { point: number; distance: number }[] = [];
  const labelled = new Uint8Array(length);
  for (const [first, last] of events) labelled.fill(1, first, last + 1);
  const add = (at: number, distance: number) => {
    if (at < 0 || at >= length || labelled[at] === 1) return;
    const point = indexOf.get(at) ?? indexOf.size;
    indexOf.set(at, point);
    pairs.push({ point, distance });
  };
  for (const [first, last] of events) {
    for (let distance = 1; distance <= reach; distance++) {
      add(first - distance, distance);
      add(last + distance, distance);
    }
  }
  pairs.sort((a, b) => a.distance - b.distance);
  const first = Int32Array.from(indexOf.keys(), (at) => firstAdmitting(cut, placed[at]!));
  return { first, pairs };
}

/** Labelled weight gained in the buffer at each threshold: contributions add up, capped at 1 per point. */
function bufferHits({ first, pairs }: NearPoints, buffer: number): Float64Array {
  const hits = new Float64Array(THRESHOLDS);
  const half = buffer >> 1;
  if (half === 0) return hits;
  const weight = new Float64Array(first.length);
  for (const { point, distance } of pairs) {
    if (distance > half) break;
    weight[point]! += Math.sqrt(1 - distance / buffer);
  }
  weight.forEach((value, point) => {
    if (first[point]! < THRESHOLDS) hits[first[point]!]! += Math.min(value, 1);
  });
  accumulate(hits);
  return hits;
}

/** Events widened by `half` on both sides; those that then touch are one. */
function padded(events: readonly IndexRange[], half: number, length: number): IndexRange[] {
  const joined: [number, number][] = [];
  for (const [first, last] of events) {
    const open = joined.at(-1);
    if (open !== undefined && open[1] + half >= first - half) open[1] = last;
    else joined.push([first, last]);
  }
  return joined.map(([first, last]) => [
    Math.max(first - half, 0),
    Math.min(last + half, length - 1),
  ]);
}

/** Share of the events whose best score reaches each threshold. */
function shareFound(
  placed: Float64Array,
  events: readonly IndexRange[],
  cut: Float64Array,
): Float64Array {
  const found = new Float64Array(THRESHOLDS);
  for (const [first, last] of events) {
    let best = Number.NEGATIVE_INFINITY;
    for (let i = first; i <= last; i++) best = Math.max(best, placed[i]!);
    admit(found, cut, best, 1);
  }
  accumulate(found);
  return found.map((count) => count / events.length);
}

interface Surface {
  readonly core: Float64Array;
  readonly hits: Float64Array;
  readonly found: Float64Array;
  readonly predicted: Float64Array;
  readonly positives: number;
  readonly length: number;
}

function areas({ core, hits, found, predicted, positives, length }: Surface): Vus {
  let [pr, roc] = [0, 0];
  let [tprBefore, fprBefore] = [0, 0];
  for (let k = 0; k < THRESHOLDS; k++) {
    const gained = core[k]! + hits[k]!;
    const wanted = positives + hits[k]! / 2;
    const tpr = Math.min(gained / wanted, 1) * found[k]!;
    const fpr = (predicted[k]! - gained) / (length - wanted);
    pr += (tpr - tprBefore) * (gained / predicted[k]!);
    roc += (fpr - fprBefore) * ((tpr + tprBefore) / 2);
    [tprBefore, fprBefore] = [tpr, fpr];
  }
  roc += (1 - fprBefore) * ((1 + tprBefore) / 2);
  return { pr, roc };
}
