import {
  BAND_SCALES,
  type EpochMs,
  FoldRow,
  firstAtOrAfter,
  type SeriesFold,
  type TimeRange,
} from "@foreshock/core/fold";
import { atOnce } from "../../platform/pace.ts";
import type { Points } from "../../store/codec/chunk-codec.ts";
import type { PartitionStore } from "../../store/partition/partition-store.ts";
import type { ChartPoints } from "../answers.ts";
import { foldOf, type LiveSeries } from "../live-series.ts";
import { type ChartColumns, downsample } from "./downsample.ts";

/** Points folded between two turns of others: about 6 ms. */
const PIECE_POINTS = 4096;

export interface ChartQuestion {
  readonly range: TimeRange;
  readonly pointsMax: number;
}

/**
 * The points of a range with what was expected of them and their score. Nothing of that is stored:
 * the series is folded again from the newest saved state before the range, which gives what was
 * said when the points came, bit for bit. Cost: O(points from that state to the end of the range).
 */
export function* chartOf(
  store: PartitionStore,
  series: LiveSeries,
  { range, pointsMax }: ChartQuestion,
): Generator<number, ChartPoints> {
  return downsample(yield* scoringPoints(store, series, range), range, pointsMax);
}

/** Columns of equal length. */
export type ScoredPoints = ChartColumns & { readonly p: Float64Array };

/** The same at once, for short ranges. */
export function scoredPoints(
  store: PartitionStore,
  series: LiveSeries,
  range: TimeRange,
): ScoredPoints {
  return atOnce(scoringPoints(store, series, range));
}

/**
 * Counters as rates, missing points and the ends of series as NaN. Yields after every piece of the series with
 * the points that were folded, so that a long range is worked on in turn with others.
 */
export function* scoringPoints(
  store: PartitionStore,
  { storeId, metadata }: LiveSeries,
  range: TimeRange,
): Generator<number, ScoredPoints> {
  const fold = foldOf(metadata, store.states.load(storeId, range.startMs - 1));
  const row = new FoldRow();
  const pieces: ScoredPoints[] = [];
  for (const points of piecesFor(fold, store, storeId, range.endMs)) {
    pieces.push(scoredPiece(fold, points, range, row));
    yield points.values.length;
  }
  return joined(pieces);
}

/** What a fold has not seen before `endMs`, in pieces; whoever takes one pushes it before the next. */
export function* piecesFor(
  fold: SeriesFold,
  store: PartitionStore,
  storeId: number,
  endMs: EpochMs,
): Generator<Points, void> {
  for (;;) {
    const fromMs = fold.pointCount === 0 ? 0 : fold.lastMs + 1;
    const { points, isLast } = store.readNext(storeId, fromMs, PIECE_POINTS, endMs);
    yield points;
    if (isLast) return;
  }
}

/** Takes the fold on over all points; columns of those in the range. */
function scoredPiece(
  fold: SeriesFold,
  { timestampsMs, values }: Points,
  range: TimeRange,
  row: FoldRow,
): ScoredPoints {
  const first = firstAtOrAfter(timestampsMs, range.startMs);
  const columns = emptyColumns(timestampsMs.subarray(first));
  for (let i = 0; i < values.length; i++) {
    fold.push(timestampsMs[i]!, values[i]!, row);
    if (i < first) continue;
    const { level } = row;
    const reach = BAND_SCALES * row.scale;
    const k = i - first;
    columns.value[k] = fold.lastValue;
    columns.expected[k] = level;
    columns.lower[k] = level - reach;
    columns.upper[k] = level + reach;
    columns.score[k] = row.score;
    columns.alarmScore[k] = Math.min(1, row.alarmScore);
    columns.p[k] = row.p;
  }
  return columns;
}

function joined(pieces: readonly ScoredPoints[]): ScoredPoints {
  if (pieces.length === 1) return pieces[0]!;
  const length = pieces.reduce((sum, { at }) => sum + at.length, 0);
  const whole = emptyColumns(new Float64Array(length));
  const names = Object.keys(whole) as (keyof ScoredPoints)[];
  let from = 0;
  for (const piece of pieces) {
    for (const name of names) whole[name].set(piece[name], from);
    from += piece.at.length;
  }
  return whole;
}

function emptyColumns(at: Float64Array): ScoredPoints {
  const column = (): Float64Array => new Float64Array(at.length);
  return {
    at,
    value: column(),
    expected: column(),
    lower: column(),
    upper: column(),
    score: column(),
    alarmScore: column(),
    p: column(),
  };
}
