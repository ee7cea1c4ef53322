import { medianOf } from "../../stats/order-statistics.ts";
import { binOf } from "./daily-profile.ts";

/** A template spans at least this many blocks. */
export const SPAN_MIN = 4;
/** The rest stays flat: it is what a template is seen against. */
const SPAN_SHARE_MAX = 0.75;
/** Other hours that are tried: every two hours away from the own one. */
const HOUR_LAGS = 12;

/** A stretch of a series in blocks of equally many points; blocks without a value are left out. */
export interface Blocks {
  readonly values: Float64Array;
  /** Index of each block's first point in the window. */
  readonly starts: readonly number[];
  readonly middlesMs: Float64Array;
  readonly pointCount: number;
  /** The first block that holds a point of the event. */
  readonly eventBlock: number;
}

/** One shape where it fits best. */
export interface TemplateFit {
  /** Squared error that it takes away from a flat level's; 0 where it nowhere fits. */
  readonly gain: number;
  /** First and last block of its span, both inside. */
  readonly firstBlock: number;
  readonly lastBlock: number;
  /** Index of its first point in the window. */
  readonly fromIndex: number;
  readonly spanPoints: number;
  /** Height of a step, where a ramp has got to; NaN for another hour. */
  readonly height: number;
}

/** What a span [from, to) of blocks takes away. */
type Gain = (from: number, to: number) => number;

const NOWHERE = { gain: 0, from: 0, to: 1 };

/** Squared error around the mean. */
export function flatError({ values }: Blocks): number {
  const { plain, squares } = sumsOf(values);
  return squares - plain.at(-1)! ** 2 / values.length;
}

/** Flat, a step to another level, and back at its end: level and height are free. */
export function bestStep(blocks: Blocks): TemplateFit {
  const { plain } = sumsOf(blocks.values);
  const count = blocks.values.length;
  const mean = plain[count]! / count;
  const dot: Gain = (from, to) => plain[to]! - plain[from]! - (to - from) * mean;
  const norm: Gain = (from, to) => (to - from) * (1 - (to - from) / count);
  return bestLinear(blocks, dot, norm);
}

/** Flat, a straight climb, and back at its end: level and height are free. */
export function bestRamp(blocks: Blocks): TemplateFit {
  const { plain, weighted } = sumsOf(blocks.values);
  const count = blocks.values.length;
  const mean = plain[count]! / count;
  const dot: Gain = (from, to) => {
    const length = to - from;
    const rise = weighted[to]! - weighted[from]! - (from - 1) * (plain[to]! - plain[from]!);
    return rise / length - (mean * (length + 1)) / 2;
  };
  const norm: Gain = (from, to) => {
    const length = to - from;
    const sum = (length + 1) / 2;
    return ((length + 1) * (2 * length + 1)) / (6 * length) - (sum * sum) / count;
  };
  return bestLinear(blocks, dot, norm);
}

/** The values that are usual at another hour, and back at its end: level and lag are free. */
export function bestOtherHour(blocks: Blocks, profile: Float64Array | undefined): TemplateFit {
  const { values, middlesMs } = blocks;
  if (profile === undefined) return fitOf(blocks, NOWHERE, Number.NaN);
  const count = values.length;
  const level = medianOf(values);
  const bins = Array.from(middlesMs, (atMs) => binOf(atMs, profile.length));
  const total = values.reduce((sum, value) => sum + value - level, 0);
  let best = NOWHERE;
  for (let lag = 1; lag < HOUR_LAGS; lag++) {
    const ahead = Math.round((lag * profile.length) / HOUR_LAGS);
    const gains = new Float64Array(count + 1);
    const moves = new Float64Array(count + 1);
    for (let i = 0; i < count; i++) {
      const move = profile[(bins[i]! + ahead) % profile.length]! - profile[bins[i]!]!;
      moves[i + 1] = moves[i]! + move;
      gains[i + 1] = gains[i]! + move * (2 * (values[i]! - level) - move);
    }
    const found = bestSpan(blocks, (from, to) => {
      const rest = total - (moves[to]! - moves[from]!);
      return gains[to]! - gains[from]! + (rest * rest - total * total) / count;
    });
    if (found.gain > best.gain) best = found;
  }
  return fitOf(blocks, best, Number.NaN);
}

/** A template with one free height: the least-squares height is dot / norm, its gain dot^2 / norm. */
function bestLinear(blocks: Blocks, dot: Gain, norm: Gain): TemplateFit {
  const best = bestSpan(blocks, (from, to) => dot(from, to) ** 2 / norm(from, to));
  return fitOf(blocks, best, dot(best.from, best.to) / norm(best.from, best.to));
}

/** The span that gains most among those that reach into the event. */
function bestSpan({ values, eventBlock }: Blocks, gainOf: Gain): typeof NOWHERE {
  const count = values.length;
  const longest = Math.floor(SPAN_SHARE_MAX * count);
  let best = NOWHERE;
  for (let from = 1; from <= count - SPAN_MIN; from++) {
    const last = Math.min(count, from + longest);
    for (let to = Math.max(from + SPAN_MIN, eventBlock); to <= last; to++) {
      const gain = gainOf(from, to);
      if (gain > best.gain) best = { gain, from, to };
    }
  }
  return best;
}

function fitOf(
  { starts, pointCount }: Blocks,
  { gain, from, to }: typeof NOWHERE,
  height: number,
): TemplateFit {
  const fromIndex = starts[from]!;
  const spanPoints = starts[to - 1]! + pointCount - fromIndex;
  return { gain, firstBlock: from, lastBlock: to - 1, fromIndex, spanPoints, height };
}

/** plain[k], weighted[k]: sums of the first k values, and of each times its index. */
function sumsOf(values: Float64Array) {
  const plain = new Float64Array(values.length + 1);
  const weighted = new Float64Array(values.length + 1);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    plain[i + 1] = plain[i]! + values[i]!;
    weighted[i + 1] = weighted[i]! + i * values[i]!;
    squares += values[i]! ** 2;
  }
  return { plain, weighted, squares };
}
