import { type FleetFinding, scoreOfDays } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { TenantRunner } from "./tenant-runner.ts";

/**
 * Scores at which open findings are held: a fault that lasts is learnt, and its plain scores fade. For
 * lists of how things stand now; history and rankings keep the plain scores. 0 where nothing is held.
 */
export interface HeldScores {
  node(clusterId: string, nodeId: string): number;
  cluster(clusterId: string): number;
  /** Whether the series is a part of a finding that is open: one that sends nothing has no episode of its own. */
  isPart(info: SeriesInfo): boolean;
}

/** Cost: the open findings and their members, once; then O(1) for each question. */
export function heldScores(runner: TenantRunner): HeldScores {
  const nodes = new Map<string, number>();
  const clusters = new Map<string, number>();
  const parts = new Set<SeriesInfo>();
  for (const finding of runner.fold?.fleet.openFindings ?? []) {
    for (const { series } of finding.contributions) {
      const info = runner.seriesOf(series);
      if (info !== undefined) parts.add(info);
    }
    if (finding.outcome !== "held") continue;
    const { clusterId, nodeId, members } = finding;
    if (nodeId !== undefined) raise(nodes, `${clusterId}\0${nodeId}`, scoreOf(finding));
    else {
      raise(clusters, clusterId, scoreOf(finding));
      for (const { nodeId: member, p } of members) {
        raise(nodes, `${clusterId}\0${member}`, runner.scoreOf(p));
      }
    }
  }
  return {
    node: (clusterId, nodeId) => nodes.get(`${clusterId}\0${nodeId}`) ?? 0,
    cluster: (clusterId) => clusters.get(clusterId) ?? 0,
    isPart: (info) => parts.has(info),
  };
}

function scoreOf(finding: FleetFinding): number {
  return Math.min(1, scoreOfDays(finding.entityDays));
}

function raise(scores: Map<string, number>, key: string, score: number): void {
  scores.set(key, Math.max(score, scores.get(key) ?? 0));
}
