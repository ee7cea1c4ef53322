import {
  type Classification,
  type EpochMs,
  type Episode as FoldedEpisode,
  KnownBefore,
} from "@foreshock/core/fold";
import type { LiveSeries } from "../live-series.ts";

/** Episodes of one partition that are kept, those asked for last; some 7 kB each. */
const KEPT_MAX = 256;

interface Kept {
  /** Late points give the series another fold. */
  readonly fold: LiveSeries["fold"];
  readonly windowStartMs: EpochMs;
  readonly onsetMs: EpochMs;
  readonly before: KnownBefore;
  /** Points that the fold had seen. */
  readonly pointCount: number;
  readonly classification: Classification;
}

/**
 * What open episodes were called last. Each is classified once for each point of its series, however often it is
 * asked for, and the week before its onset is looked at once.
 */
export class OpenKinds {
  /** By the store's number of the series, the one asked for last at the end. */
  readonly #kept = new Map<number, Kept>();

  /** @param classify is given what is known of the time before the onset, to be used and filled. */
  of(
    { storeId, fold }: LiveSeries,
    windowStartMs: EpochMs,
    { onsetMs }: FoldedEpisode,
    classify: (before: KnownBefore) => Classification,
  ): Classification {
    const known = this.#kept.get(storeId);
    this.#kept.delete(storeId);
    const { pointCount } = fold;
    const isSame =
      known?.fold === fold && known.windowStartMs === windowStartMs && known.onsetMs === onsetMs;
    const before = isSame ? known.before : new KnownBefore();
    const classification =
      isSame && known.pointCount === pointCount ? known.classification : classify(before);
    this.#kept.set(storeId, { fold, windowStartMs, onsetMs, before, pointCount, classification });
    if (this.#kept.size > KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    return classification;
  }
}
