import {
  type Classification,
  type EpochMs,
  type Episode as FoldedEpisode,
  KnownBefore,
} from "@foreshock/core/fold";
import type { LiveSeries } from "../live-series.ts";

/** Episodes of one partition that are kept, some 7 kB each. */
const KEPT_MAX = 256;

interface Kept {
  /** Late points give the series another fold. */
  readonly fold: LiveSeries["fold"];
  readonly windowStartMs: EpochMs;
  readonly onsetMs: EpochMs;
  readonly before: KnownBefore;
  /** The last point that the fold had seen, missing ones too. */
  readonly lastMs: EpochMs;
  readonly classification: Classification;
}

/**
 * What open episodes were called last. Each is classified once for each point of its series, however often it is
 * asked for, and the week before its onset is looked at once. Where there is no room, the tenant that has most of
 * it gives up what it asked for first.
 */
export class OpenKinds {
  /** By tenant and the store's number of the series, the one asked for last at the end. */
  readonly #kept = new Map<string, Map<number, Kept>>();
  #count = 0;

  /** @param classify is given what is known of the time before the onset, to be used and filled. */
  of(
    { storeId, fold, key }: LiveSeries,
    windowStartMs: EpochMs,
    { onsetMs }: FoldedEpisode,
    classify: (before: KnownBefore) => Classification,
  ): Classification {
    const own = this.#kept.get(key.tenantId) ?? new Map<number, Kept>();
    const known = own.get(storeId);
    if (own.delete(storeId)) this.#count--;
    const { lastMs } = fold;
    const isSame =
      known?.fold === fold && known.windowStartMs === windowStartMs && known.onsetMs === onsetMs;
    const before = isSame ? known.before : new KnownBefore();
    const classification =
      isSame && known.lastMs === lastMs ? known.classification : classify(before);
    own.set(storeId, { fold, windowStartMs, onsetMs, before, lastMs, classification });
    this.#kept.set(key.tenantId, own);
    if (++this.#count > KEPT_MAX) this.#makeRoom();
    return classification;
  }

  #makeRoom(): void {
    let greediest = new Map<number, Kept>();
    for (const own of this.#kept.values()) if (own.size > greediest.size) greediest = own;
    for (const storeId of greediest.keys()) {
      greediest.delete(storeId);
      this.#count--;
      return;
    }
  }
}
