import { type FleetFinding, scoreOfDays } from "@foreshock/core/fold";
import type { TenantRunner } from "./tenant-runner.ts";

/**
 * Scores at which open findings are held: a fault that lasts is learnt, and its plain scores fade. For
 * lists of how things stand now; history and rankings keep the plain scores. 0 where nothing is held.
 */
export interface HeldScores {
  node(clusterId: string, nodeId: string): number;
  cluster(clusterId: string): number;
}

export function heldScores(runner: TenantRunner): HeldScores {
  const open = runner.fold?.fleet.openFindings ?? [];
  const held = open.filter(({ outcome }) => outcome === "held");
  return {
    node: (clusterId, nodeId) =>
      largest(held, (finding) => {
        if (finding.clusterId !== clusterId) return 0;
        if (finding.nodeId !== undefined) return finding.nodeId === nodeId ? scoreOf(finding) : 0;
        const member = finding.members.find((one) => one.nodeId === nodeId);
        return member === undefined ? 0 : runner.scoreOf(member.p);
      }),
    cluster: (clusterId) =>
      largest(held, (finding) =>
        finding.nodeId === undefined && finding.clusterId === clusterId ? scoreOf(finding) : 0,
      ),
  };
}

function scoreOf(finding: FleetFinding): number {
  return Math.min(1, scoreOfDays(finding.entityDays));
}

function largest(held: readonly FleetFinding[], score: (finding: FleetFinding) => number): number {
  return held.reduce((most, finding) => Math.max(most, score(finding)), 0);
}
