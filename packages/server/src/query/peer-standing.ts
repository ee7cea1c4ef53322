import {
  ANOMALOUS_SCORE,
  DAY_MS,
  PEERS_MIN,
  type PeerStanding,
  peerDistance,
  scoreOfP,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { SeriesHistory } from "../partition/answers.ts";
import type { Pace } from "../platform/pace.ts";
import type { AnomalyRow } from "../platform/platform.ts";
import { CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Other nodes that are looked at, the first ones by name: their samples are read for it. */
const PEERS_MAX = 50;
/** What is usual between a node and the others is learnt from this long before the onset. */
const USUAL_MS = 1.5 * DAY_MS;
/** Points of all of them that are read: 24 bytes each. Fewer nodes are looked at where they send often. */
const POINTS_MAX = 1_000_000;

/**
 * The anomaly, compared with the same metric of the cluster's other nodes: how far from
 * their median, and how many of them are anomalous too between its onset and its peak. Unchanged where
 * fewer than four others send that metric, or where the anomaly has too many points to compare.
 *
 * Cost: the points of at most 51 series, a million in all. Memory: 24 bytes a point.
 */
export async function besidePeers(
  context: TenantContext,
  info: SeriesInfo,
  row: AnomalyRow,
  pace: Pace,
): Promise<AnomalyRow> {
  const { onset: onsetMs, peak: peakMs } = row.explanation;
  const spanMs = USUAL_MS + peakMs - onsetMs;
  const pointsEach = Math.min(info.pointCount, spanMs / Math.max(1, info.intervalMs));
  const others = peersOf(context, info, Math.floor(POINTS_MAX / Math.max(1, pointsEach)) - 1);
  if (others.length < PEERS_MIN) return row;
  await pace.spend(others.length * pointsEach * CELLS.point);
  const range = { startMs: onsetMs - USUAL_MS, endMs: peakMs + info.intervalMs };
  const [own, ...histories] = await context.histories([info, ...others], range);
  const question = { onsetMs, peakMs, intervalMs: info.intervalMs };
  const peers: PeerStanding = {
    z: peerDistance(columnsOf(own!), histories.map(columnsOf), question),
    compared: others.length,
    anomalous: histories.filter((history) => isAnomalous(history, onsetMs, info.intervalMs)).length,
  };
  return { ...row, explanation: { ...row.explanation, peers } };
}

/** By name, as many as are looked at. Cost: a search in each node up to the last of them. */
function peersOf({ directory }: TenantContext, { key }: SeriesInfo, most: number): SeriesInfo[] {
  const { clusterId, nodeId, metricName } = key;
  const found: SeriesInfo[] = [];
  for (const one of directory.matching({ clusterId, metricName })) {
    if (found.length >= Math.min(PEERS_MAX, most)) break;
    if (one.key.nodeId !== nodeId) found.push(one);
  }
  return found;
}

function columnsOf({ at, value }: SeriesHistory) {
  return { timestamps: at, values: value };
}

function isAnomalous({ at, p }: SeriesHistory, onsetMs: number, intervalMs: number): boolean {
  return at.some((atMs, i) => atMs >= onsetMs && scoreOfP(p[i]!, intervalMs) >= ANOMALOUS_SCORE);
}
