import { ANOMALOUS_SCORE, type TimeRange } from "@foreshock/core/fold";
import { type HeldScores, heldScores } from "../fleet/held-scores.ts";
import type { EntityPlace } from "../fleet/rollup-history.ts";
import type { Pace } from "../platform/pace.ts";
import { claimLimit, visitDays, watchedSince } from "./entity-scores.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Somewhat below the score that marks an onset, which is then compared exactly. */
const BELOW_ANOMALOUS = 0.99 * ANOMALOUS_SCORE;

export interface RankedPlace {
  readonly place: EntityPlace;
  /** Highest calibrated score in the range, as far as the entity's age allows. */
  readonly score: number;
  /** The same without that limit: orders entities that are equally young. */
  readonly rarity: number;
  /** First step of the range at 0.5 or more; 0 when there is none. */
  readonly onsetMs: number;
}

/**
 * Worst first; equals stay in the order they came in, which is by name. A range that goes up to now says of a fault
 * that is held what the lists of now say, though its scores have faded.
 * Cost: O(entities x steps of the range). Memory: O(entities).
 */
export async function rankPlaces(
  context: TenantContext,
  places: readonly EntityPlace[],
  range: TimeRange,
  pace: Pace,
): Promise<RankedPlace[]> {
  const isNow = range.endMs > context.watermark;
  const held = isNow ? heldScores(context.runner) : undefined;
  const ranked: RankedPlace[] = [];
  for (const place of places) {
    const plain = await rankedPlace(context, place, range, pace);
    ranked.push(held === undefined ? plain : heldUp(plain, held, range));
  }
  return ranked.sort((a, b) => b.score - a.score || b.rarity - a.rarity);
}

function heldUp(plain: RankedPlace, held: HeldScores, { startMs }: TimeRange): RankedPlace {
  const { level, clusterId, nodeId } = plain.place;
  const least = level === "node" ? held.node(clusterId, nodeId) : held.cluster(clusterId);
  if (least <= plain.score) return plain;
  // It began before the range: within the range it is there from the first step on.
  const onsetMs = plain.onsetMs === 0 && least >= ANOMALOUS_SCORE ? startMs : plain.onsetMs;
  return { ...plain, score: least, rarity: Math.max(plain.rarity, least), onsetMs };
}

/**
 * What an entity's age lets it claim is computed only where a step would change the answer: one
 * power per step took three quarters of a ranking of 10,000 nodes.
 */
async function rankedPlace(
  context: TenantContext,
  place: EntityPlace,
  range: TimeRange,
  pace: Pace,
): Promise<RankedPlace> {
  const sinceMs = await watchedSince(context, place, pace);
  const { stepMs } = context.runner;
  let score = 0;
  let rarity = 0;
  let onsetMs = 0;
  await visitDays(context, place, range, pace, (scores, first, end, dayMs) => {
    for (let i = first; ; i++) {
      i = nextAbove(scores, i, end, onsetMs === 0 ? Math.min(score, BELOW_ANOMALOUS) : score);
      if (i === end) return;
      const own = scores[i]!;
      const startMs = dayMs + i * stepMs;
      const claimed = Math.min(1, own, claimLimit(context, sinceMs, startMs));
      if (own > rarity) rarity = own;
      if (claimed > score) score = claimed;
      if (onsetMs === 0 && claimed >= ANOMALOUS_SCORE) onsetMs = startMs;
    }
  });
  return { place, score, rarity, onsetMs };
}

/** The first of [from, end) above `bar`; `end` where there is none. NaN is never above. */
function nextAbove(scores: Float32Array, from: number, end: number, bar: number): number {
  let i = from;
  while (i < end && !(scores[i]! > bar)) i++;
  return i;
}
