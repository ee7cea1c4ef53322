import { ANOMALOUS_SCORE, type TimeRange } from "@foreshock/core";
import { readScores } from "./entity-scores.ts";
import type { EntityPlace } from "./rollup-history.ts";
import type { LiveTenantView } from "./tenant-view.ts";

export interface RankedPlace {
  readonly place: EntityPlace;
  /** Highest calibrated score in the range, as far as the entity's age allows. */
  readonly score: number;
  /** The same without that limit: orders entities that are equally young. */
  readonly rarity: number;
  /** First step of the range at 0.5 or more; 0 when there is none. */
  readonly onsetMs: number;
}

/** Worst first; equals by name. Cost: O(entities x steps of the range), from memory. */
export function rankPlaces(
  view: LiveTenantView,
  places: readonly EntityPlace[],
  range: TimeRange,
): RankedPlace[] {
  const ranked = places.map((place): RankedPlace => {
    let score = 0;
    let rarity = 0;
    let onsetMs = 0;
    readScores(view, place, range, (startMs, value, uncapped) => {
      if (value > score) score = value;
      if (uncapped > rarity) rarity = uncapped;
      if (onsetMs === 0 && value >= ANOMALOUS_SCORE) onsetMs = startMs;
    });
    return { place, score, rarity, onsetMs };
  });
  return ranked.sort((a, b) => b.score - a.score || b.rarity - a.rarity || byName(a, b));
}

function byName(a: RankedPlace, b: RankedPlace): number {
  const nameA = `${a.place.clusterId}\0${a.place.nodeId}`;
  const nameB = `${b.place.clusterId}\0${b.place.nodeId}`;
  return nameA < nameB ? -1 : 1;
}
