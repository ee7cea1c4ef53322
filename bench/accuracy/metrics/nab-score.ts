import type { IndexRange } from "../datasets/record.ts";
import { descending, placedScores } from "./rank-curve.ts";

/** Weights of the three application profiles of the benchmark. */
export const NAB_PROFILES = {
  standard: { hit: 1, falseAlarm: 0.11, miss: 1 },
  "low-FP": { hit: 1, falseAlarm: 0.22, miss: 1 },
  "low-FN": { hit: 1, falseAlarm: 0.11, miss: 2 },
} as const;
export type NabProfile = keyof typeof NAB_PROFILES;

const PROBATION_SHARE = 0.15;
const PROBATION_ROWS = 5000;

/** One scored series and its labelled windows. */
export interface NabSeries {
  readonly score: ArrayLike<number>;
  readonly windows: readonly IndexRange[];
}

export interface NabScore {
  /** 0 = a silent detector, 100 = a perfect one. */
  readonly score: number;
  /** Infinity where staying silent is best. */
  readonly threshold: number;
}

interface Points {
  readonly score: Float64Array;
  /** What an alarm at the point would add. */
  readonly gain: Float64Array;
  /** Number of the window the point is in; -1 outside. */
  readonly owner: Int32Array;
  readonly windowCount: number;
}

/**
 * The score of the Numenta benchmark over a whole corpus: early alarms in a window are worth most,
 * only a window's best counts, false alarms cost little. The first 15 % of a series are not scored.
 *
 * @param threshold a fixed one; left out, the single best of the corpus (the benchmark's own rule,
 *   an oracle).
 */
export function nabScore(
  series: readonly NabSeries[],
  profile: NabProfile,
  threshold?: number,
): NabScore {
  const { miss, hit } = NAB_PROFILES[profile];
  const points = joinedPoints(series, profile);
  const { score, windowCount } = points;
  const order = descending(score);
  const best = new Float64Array(windowCount).fill(-miss);
  const silent = -miss * windowCount;
  let raw = silent;
  let chosen: NabScore = { score: silent, threshold: threshold ?? Number.POSITIVE_INFINITY };
  for (let rank = 0; rank < order.length; rank++) {
    const point = order[rank]!;
    if (threshold !== undefined && score[point]! < threshold) break;
    raw += takeAlarm(points, best, point);
    if (rank + 1 < order.length && score[order[rank + 1]!] === score[point]) continue;
    if (threshold !== undefined) chosen = { score: raw, threshold };
    else if (raw > chosen.score) chosen = { score: raw, threshold: score[point]! };
  }
  const perfect = hit * windowCount;
  return { ...chosen, score: (100 * (chosen.score - silent)) / (perfect - silent) };
}

function takeAlarm({ gain, owner }: Points, best: Float64Array, point: number): number {
  const window = owner[point]!;
  if (window < 0) return gain[point]!;
  const rise = Math.max(0, gain[point]! - best[window]!);
  best[window]! += rise;
  return rise;
}

function joinedPoints(series: readonly NabSeries[], profile: NabProfile): Points {
  const parts = series.map((one) => {
    const { gain, owner } = gainsOf(one.score.length, one.windows, profile);
    const from = Math.ceil(
      Math.min(Math.floor(PROBATION_SHARE * one.score.length), PROBATION_SHARE * PROBATION_ROWS),
    );
    return {
      score: placedScores(one.score).subarray(from),
      gain: gain.subarray(from),
      owner: owner.subarray(from),
    };
  });
  const length = parts.reduce((sum, part) => sum + part.score.length, 0);
  const score = new Float64Array(length);
  const gain = new Float64Array(length);
  const owner = new Int32Array(length).fill(-1);
  let [at, windowCount] = [0, 0];
  for (const part of parts) {
    score.set(part.score, at);
    gain.set(part.gain, at);
    const numberOf = new Map<number, number>();
    part.owner.forEach((window, i) => {
      if (window < 0) return;
      const number = numberOf.get(window) ?? windowCount++;
      numberOf.set(window, number);
      owner[at + i] = number;
    });
    at += part.score.length;
  }
  return { score, gain, owner, windowCount };
}

/** What an alarm at each point of one series would add, and whose window it is in. */
function gainsOf(length: number, windows: readonly IndexRange[], profile: NabProfile) {
  const { hit, falseAlarm } = NAB_PROFILES[profile];
  const gain = new Float64Array(length).fill(-falseAlarm);
  const owner = new Int32Array(length).fill(-1);
  const top = sigmoid(-1);
  const sorted = windows.toSorted(([a], [b]) => a - b);
  sorted.forEach(([first, last], k) => {
    const width = last - first + 1;
    for (let i = first; i <= last; i++) {
      gain[i] = (hit * sigmoid(-(last - i + 1) / width)) / top;
      owner[i] = k;
    }
    const stop = sorted[k + 1]?.[0] ?? length;
    for (let i = last + 1; i < stop; i++) {
      const behind = width > 1 ? (i - last) / (width - 1) : Number.POSITIVE_INFINITY;
      gain[i] = falseAlarm * sigmoid(behind);
    }
  });
  return { gain, owner };
}

/** +1 well before a window's right end, 0 at it, -1 beyond three widths. Source: the NAB paper. */
function sigmoid(x: number): number {
  return x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1;
}
