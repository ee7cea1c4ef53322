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
import type { AnomalyRow } from "../platform/platform.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Other nodes that are looked at, the first ones by name: their samples are read for it. */
const PEERS_MAX = 50;
/** What is usual between a node and the others is learnt from this long before the onset. */
const USUAL_MS = 1.5 * DAY_MS;

/**
 * The anomaly, compared with the same metric of the cluster's other nodes: how far from
 * their median, and how many of them are anomalous too between its onset and its peak. Unchanged where
 * fewer than four others send that metric.
 */
export async function besidePeers(
  context: TenantContext,
  info: SeriesInfo,
  row: AnomalyRow,
): Promise<AnomalyRow> {
  const others = peersOf(context, info);
  if (others.length < PEERS_MIN) return row;
  const { onset: onsetMs, peak: peakMs } = row.explanation;
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

function peersOf({ directory }: TenantContext, { key }: SeriesInfo): SeriesInfo[] {
  const { clusterId, nodeId, metricName } = key;
  const nodes = [...(directory.clusters.get(clusterId)?.values() ?? [])];
  return nodes
    .flatMap(({ series }) => series.find((one) => one.key.metricName === metricName) ?? [])
    .filter((one) => one.key.nodeId !== nodeId)
    .sort((a, b) => (a.key.nodeId < b.key.nodeId ? -1 : 1))
    .slice(0, PEERS_MAX);
}

function columnsOf({ at, value }: SeriesHistory) {
  return { timestamps: at, values: value };
}

function isAnomalous({ at, p }: SeriesHistory, onsetMs: number, intervalMs: number): boolean {
  return at.some((atMs, i) => atMs >= onsetMs && scoreOfP(p[i]!, intervalMs) >= ANOMALOUS_SCORE);
}
