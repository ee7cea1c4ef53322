import { type EpochMs, HOUR_MS } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import type { EpisodePoints } from "./classify-episode.ts";
import { viewEvent } from "./event-view.ts";
import { fitTemplates } from "./template-fit.ts";

/** The ramp must reach into so much of what has come last. */
const LATELY_MS = HOUR_MS;
/** It leaves less than this share of a flat level's error ... */
const LEFT_SHARE_MAX = 0.4;
/** ... is this many blocks long, since shorter ones may be steps ... */
const BLOCKS_MIN = 9;
/** ... and leads out of the usual range by this share of it. */
const OUTSIDE_SHARE = 0.5;

export interface RampUnderWay {
  /** Where it began. */
  readonly sinceMs: EpochMs;
  /** How far it has got, in the metric's unit; down is below 0. */
  readonly rise: number;
}

/**
 * A slow ramp that has left the usual range by the last point, whether or not any score is raised:
 * the point-by-point models follow one that takes many hours. Looks at block means of two days, so
 * once an hour is enough. Undefined where there is none. Cost: about 5 ms of one-minute points.
 */
export function rampUnderWay(points: EpisodePoints): RampUnderWay | undefined {
  const { timestampsMs, values } = points;
  const lastIndex = values.length - 1;
  if (lastIndex < 1) return undefined;
  const firstIndex = Math.min(
    lastIndex,
    firstAtOrAfter(timestampsMs, timestampsMs[lastIndex]! - LATELY_MS),
  );
  const fits = fitTemplates(viewEvent({ ...points, firstIndex, lastIndex }));
  if (fits === undefined) return undefined;
  const { ramp, flat, level, usual } = fits;
  const told = 1 - ramp.gain / flat < LEFT_SHARE_MAX;
  if (!told || ramp.lastBlock - ramp.firstBlock + 1 < BLOCKS_MIN) return undefined;
  const reach = level + ramp.height;
  const outside = Math.max(reach - usual.high, usual.low - reach);
  if (!(outside > OUTSIDE_SHARE * (usual.high - usual.low))) return undefined;
  return { sinceMs: timestampsMs[ramp.fromIndex]!, rise: ramp.height };
}
