import {
  type Classification,
  type EpochMs,
  type Episode as FoldedEpisode,
  judgedUntilMs,
  KnownBefore,
} from "@foreshock/core/fold";
import type { EpisodeEntry } from "../../store/table/episode-table.ts";
import type { LiveSeries } from "../live-series.ts";

/** Episodes of one partition that are kept, some 7 kB each. */
const KEPT_MAX = 256;

type OpenEpisode = Pick<EpisodeEntry, "windowStartMs" | "intervalMs" | "open">;

interface Kept {
  /** Late points give the series another fold. */
  readonly fold: LiveSeries["fold"];
  readonly windowStartMs: EpochMs;
  readonly onsetMs: EpochMs;
  readonly before: KnownBefore;
  /** The last point that was judged, missing ones too. */
  readonly untilMs: EpochMs;
  readonly isOpen: boolean;
  readonly classification: Classification;
}

/**
 * What episodes were called last that are open or were a moment ago. Each is classified once for each point up to
 * which it is judged, however often it is asked for, and the week before its onset is looked at once. Where there is
 * no room, the tenant that has most of it gives up what it asked for first.
 */
export class OpenKinds {
  /** By tenant and the store's number of the series, the one asked for last at the end. */
  readonly #kept = new Map<string, Map<number, Kept>>();
  #count = 0;

  /** @param classify up to which point, and what is known of the time before the onset, to be used and filled. */
  of(
    { storeId, fold, key }: LiveSeries,
    { windowStartMs, intervalMs, open: isOpen }: OpenEpisode,
    { onsetMs, firstMs }: Pick<FoldedEpisode, "onsetMs" | "firstMs">,
    classify: (untilMs: EpochMs, before: KnownBefore) => Classification,
  ): Classification {
    const own = this.#kept.get(key.tenantId) ?? new Map<number, Kept>();
    const known = own.get(storeId);
    if (own.delete(storeId)) this.#count--;
    const untilMs = judgedUntilMs(firstMs, fold.lastMs, intervalMs);
    const isSame =
      known?.fold === fold && known.windowStartMs === windowStartMs && known.onsetMs === onsetMs;
    const before = isSame ? known.before : new KnownBefore();
    const classification =
      isSame && known.untilMs === untilMs && known.isOpen === isOpen
        ? known.classification
        : classify(untilMs, before);
    const judged = { untilMs, isOpen, classification };
    own.set(storeId, { fold, windowStartMs, onsetMs, before, ...judged });
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
