import { FoldRow, firstAtOrAfter, type SeriesFold, type TimeRange } from "@foreshock/core/fold";
import type { PartitionStore } from "../../store/partition/partition-store.ts";
import type { SeriesHistory } from "../answers.ts";
import { foldOf, type LiveSeries } from "../live-series.ts";
import { piecesFor } from "./chart.ts";

/** What is kept in one partition where nobody says otherwise, and what one series may take of it. */
const BYTES_MAX = 2 ** 20;
const POINTS_KEPT_MAX = 20_000;
const BYTES_PER_POINT = 24;
/** A fold beside its points. */
const FOLD_BYTES = 8192;

/** Points of a series that were judged again, and the fold that judged them, right behind the last one. */
interface Kept {
  readonly tenantId: string;
  /** The series' own fold: another one in its place has seen late points. */
  readonly origin: SeriesFold;
  readonly fold: SeriesFold;
  /** All points from here on are held. */
  fromMs: number;
  at: Float64Array;
  value: Float64Array;
  p: Float64Array;
  length: number;
}

/** Points of a series with their p; columns of equal length. */
export type ScoredColumns = Pick<SeriesHistory, "at" | "value" | "p">;

/**
 * Points of series with their p, as the engine saw them. A ranking wants a day of each of many series, and whoever
 * looks at one asks again a minute later: what was judged for the last answer is kept, so that the next one judges
 * what has come since. Where there is no room, the tenant that has most of it gives up what it asked for first.
 *
 * Cost: O(points that came since), the first time O(points from the newest saved state before the range).
 */
export class ScoredHistories {
  readonly #store: PartitionStore;
  readonly #bytesMax: number;
  readonly #row = new FoldRow();
  /** By the store's number of the series, the one asked for last at the end. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;

  constructor(store: PartitionStore, bytesMax = BYTES_MAX) {
    this.#store = store;
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Points were deleted. */
  forget(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  /** Points of their own. Yields points that were judged. */
  of(series: LiveSeries, range: TimeRange): Generator<number, SeriesHistory> {
    return this.read(series, range, ({ at, value, p }) => ({
      ...{ handle: series.handle, at: at.slice(), value: value.slice(), p: p.slice() },
    }));
  }

  /** Shows the points to `take`, at once, and gives what it returns; it must not keep them. Yields points that were judged. */
  *read<Result>(
    series: LiveSeries,
    range: TimeRange,
    take: (points: ScoredColumns) => Result,
  ): Generator<number, Result> {
    const known = this.#take(series.storeId);
    const isUsable = known?.origin === series.fold && known.fromMs <= range.startMs;
    const kept = isUsable ? known : this.#begun(series, range);
    yield* this.#goOn(series.storeId, kept, range);
    const first = firstAtOrAfter(kept.at, range.startMs, 0, kept.length);
    const end = firstAtOrAfter(kept.at, range.endMs, first, kept.length);
    const { at, value, p } = kept;
    const result = take({
      at: at.subarray(first, end),
      value: value.subarray(first, end),
      p: p.subarray(first, end),
    });
    this.#keep(series.storeId, kept, range, first);
    return result;
  }

  #begun({ storeId, key, metadata, fold: origin }: LiveSeries, { startMs }: TimeRange): Kept {
    const fold = foldOf(metadata, this.#store.states.load(storeId, startMs - 1));
    const empty = { at: new Float64Array(), value: new Float64Array(), p: new Float64Array() };
    return { tenantId: key.tenantId, origin, fold, fromMs: startMs, ...empty, length: 0 };
  }

  *#goOn(storeId: number, kept: Kept, { endMs }: TimeRange): Generator<number, void> {
    const { fold } = kept;
    if (fold.lastMs + 1 >= endMs) return;
    for (const { timestampsMs, values } of piecesFor(fold, this.#store, storeId, endMs)) {
      reserve(kept, kept.length + values.length);
      for (let i = 0; i < values.length; i++) {
        const atMs = timestampsMs[i]!;
        fold.push(atMs, values[i]!, this.#row);
        if (atMs < kept.fromMs) continue;
        kept.at[kept.length] = atMs;
        kept.value[kept.length] = fold.lastValue;
        kept.p[kept.length] = this.#row.evidenceP;
        kept.length++;
      }
      yield values.length;
    }
  }

  #take(storeId: number): Kept | undefined {
    const kept = this.#kept.get(storeId);
    if (kept === undefined) return undefined;
    this.#kept.delete(storeId);
    this.#bytes -= bytesOf(kept);
    return kept;
  }

  /** @param first index of the range's first point: older ones are let go once they are as many as the others. */
  #keep(storeId: number, kept: Kept, { startMs }: TimeRange, first: number): void {
    if (first > kept.length - first) {
      for (const column of [kept.at, kept.value, kept.p]) column.copyWithin(0, first, kept.length);
      kept.length -= first;
      kept.fromMs = startMs;
    }
    if (kept.length > POINTS_KEPT_MAX) return;
    this.#take(storeId);
    this.#kept.set(storeId, kept);
    this.#bytes += bytesOf(kept);
    this.#makeRoom();
  }

  #makeRoom(): void {
    while (this.#bytes > this.#bytesMax) {
      const greediest = this.#greediest();
      for (const [storeId, { tenantId }] of this.#kept) {
        if (tenantId !== greediest) continue;
        this.#take(storeId);
        break;
      }
    }
  }

  #greediest(): string {
    const bytes = new Map<string, number>();
    for (const kept of this.#kept.values()) {
      bytes.set(kept.tenantId, (bytes.get(kept.tenantId) ?? 0) + bytesOf(kept));
    }
    let greediest = "";
    for (const [tenantId, own] of bytes) {
      if (own > (bytes.get(greediest) ?? 0)) greediest = tenantId;
    }
    return greediest;
  }
}

function bytesOf({ at }: Kept): number {
  return FOLD_BYTES + BYTES_PER_POINT * at.length;
}

function reserve(kept: Kept, length: number): void {
  if (length <= kept.at.length) return;
  const room = Math.max(length, Math.ceil(1.25 * kept.at.length));
  for (const name of ["at", "value", "p"] as const) {
    const wider = new Float64Array(room);
    wider.set(kept[name].subarray(0, kept.length));
    kept[name] = wider;
  }
}
