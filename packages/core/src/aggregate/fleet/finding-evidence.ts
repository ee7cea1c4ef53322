import type { SeriesNumber } from "../../model/series-number.ts";
import { claimedDays } from "../../stats/return-period.ts";
import { P_MIN } from "../closed/closed-form.ts";
import { FEW } from "../closed/few-table.ts";
import { INVOLVED_P, movesAsOne } from "../place.ts";
import type { FindingContribution, FindingMember, FleetFinding } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { FleetRow } from "./fleet-row.ts";
import { MovedCount } from "./moved-count.ts";
import type { StepPoints } from "./step-points.ts";

/** Most nodes and metrics that a finding names; the rest is in the scores. */
const MEMBERS_MAX = 100;
const CONTRIBUTIONS_MAX = 50;

export type Evidence = Pick<
  FleetFinding,
  | "entityP"
  | "entityDays"
  | "peakMs"
  | "whole"
  | "members"
  | "contributions"
  | "moved"
  | "silentNodes"
>;

/** The evidence for a place at one step; `nodeP` leaves out nodes that belong to other findings. */
export function evidenceOf(
  fold: FleetFold,
  row: FleetRow,
  points: StepPoints | undefined,
  { cluster, node }: { readonly cluster: number; readonly node: number },
  nodeP: Float64Array = row.nodes.p,
): Evidence {
  const onNode = node >= 0;
  const bank = onNode ? fold.nodes : fold.clusters;
  const entity = onNode ? node : cluster;
  const level = onNode ? row.nodes : row.clusters;
  const p = onNode ? nodeP[node]! : row.clusters.p[cluster]!;
  const nodes = onNode ? [node] : involvedNodes(fold, nodeP, cluster);
  const children = nodes.flatMap((member) => childP(fold, points, member));
  const involved = children.filter((child) => child.p <= INVOLVED_P).length;
  const moved = new MovedCount(fold, points);
  for (const member of onNode ? [node] : fold.membersOf(cluster)) moved.add(member);
  return {
    entityP: p,
    entityDays: claimedDays(
      level.promisedP[entity]!,
      fold.stepMs,
      fold.ageSteps(bank, entity, row.step),
    ),
    peakMs: row.step * fold.stepMs,
    whole: onNode ? movesAsOne(involved, children.length) : true,
    members: nodes.map(
      (member): FindingMember => ({
        nodeId: fold.directory.nodeIds[member]!,
        p: nodeP[member]!,
      }),
    ),
    ...moved.result,
    contributions: contributionsOf(children),
  };
}

function involvedNodes(fold: FleetFold, nodeP: Float64Array, cluster: number): number[] {
  return [...fold.membersOf(cluster)]
    .filter((node) => nodeP[node]! <= INVOLVED_P)
    .sort((a, b) => nodeP[a]! - nodeP[b]!)
    .slice(0, MEMBERS_MAX);
}

interface Child {
  readonly series: SeriesNumber;
  readonly p: number;
}

function childP(fold: FleetFold, points: StepPoints | undefined, node: number): Child[] {
  if (points === undefined) return [];
  return [...fold.childrenOf(node)]
    .map((series) => ({ series, p: points.of(series) }))
    .filter(({ p }) => !Number.isNaN(p));
}

/**
 * Shares of the evidence -ln p over the children with p <= 0.02; where there are none, over the three
 * smallest, which are what the voice `few` hears.
 */
export function contributionsOf(children: readonly Child[]): FindingContribution[] {
  const sorted = [...children].sort((a, b) => a.p - b.p);
  const clear = sorted.filter(({ p }) => p <= INVOLVED_P).slice(0, CONTRIBUTIONS_MAX);
  const named = clear.length > 0 ? clear : sorted.slice(0, FEW);
  const evidence = named.map(({ p }) => -Math.log(Math.min(Math.max(p, P_MIN), 1)));
  const total = evidence.reduce((sum, one) => sum + one, 0);
  return named.map(({ series, p }, i) => ({
    series,
    p,
    share: total > 0 ? evidence[i]! / total : 1 / named.length,
  }));
}
