import { ANOMALOUS_SCORE, type FleetFinding } from "@foreshock/core/fold";
import { heldScores } from "../fleet/held-scores.ts";
import type { Pace } from "../platform/pace.ts";
import type { NodeRow, TenantStanding, WorstPlace } from "../platform/platform.ts";
import type { FindingDesk } from "./finding-desk.ts";
import { nodeRow } from "./inventory.ts";
import { CELLS } from "./read-cost.ts";
import { summaryOf } from "./summary.ts";
import type { TenantContext } from "./tenant-context.ts";

/**
 * How a tenant stands, with its worst place. Cost: the tenant's nodes, and once a step the explanation
 * of its worst finding. Memory: a row.
 */
export async function standingOf(
  context: TenantContext,
  desk: FindingDesk,
  pace: Pace,
): Promise<TenantStanding> {
  const { worstNode, anomalousNodes } = await lookAtNodes(context, pace);
  const summary = summaryOf(context);
  const { tenant, score, severity, openFindings, clusters, nodes, series, watermark } = summary;
  const finding = worstFinding(context);
  return {
    ...{ tenant, score, severity, openFindings, clusters, nodes, series, watermark },
    anomalousNodes: Math.min(nodes, anomalousNodes),
    ...{ isLoading: summary.isLoading, pipeline: summary.pipeline },
    quarantine: summary.quarantine,
    worst: (finding && (await toldFinding(context, desk, finding))) ?? worstNode,
  };
}

/** The rarest, as the list of findings has it first; equals by age. */
function worstFinding({ runner }: TenantContext): FleetFinding | undefined {
  const open = runner.fold?.fleet.openFindings ?? [];
  return open.reduce<FleetFinding | undefined>(
    (worst, one) => (worst === undefined || one.tenantDays > worst.tenantDays ? one : worst),
    undefined,
  );
}

/** As the list of findings tells it: score, onset and sentence are the same there. */
async function toldFinding(
  context: TenantContext,
  desk: FindingDesk,
  { id }: FleetFinding,
): Promise<WorstPlace | undefined> {
  const stored = context.store.findings.get(id);
  if (stored === undefined) return undefined;
  const { cluster, node, score, severity, onset, text } = await desk.row(stored);
  return { cluster, node, score, severity, since: onset, findingId: id, why: text };
}

interface NodesNow {
  readonly worstNode: WorstPlace | null;
  readonly anomalousNodes: number;
}

async function lookAtNodes(context: TenantContext, pace: Pace): Promise<NodesNow> {
  const { directory, runner } = context;
  const held = heldScores(runner);
  const found = new Set(
    (runner.fold?.fleet.openFindings ?? []).flatMap(({ clusterId, nodeId, members }) =>
      nodeId === undefined
        ? members.map((member) => `${clusterId}\0${member.nodeId}`)
        : [`${clusterId}\0${nodeId}`],
    ),
  );
  let worst: NodeRow | undefined;
  let anomalousNodes = 0;
  for (const node of directory.nodes({})) {
    const { clusterId, nodeId, series } = node;
    const turn = pace.spend(CELLS.series);
    if (turn !== undefined) await turn;
    const score = Math.max(runner.nodeNow(clusterId, nodeId).score, held.node(clusterId, nodeId));
    const isAnomalous = score >= ANOMALOUS_SCORE;
    if (isAnomalous || found.has(`${clusterId}\0${nodeId}`)) anomalousNodes++;
    if (!isAnomalous || score <= (worst?.score ?? 0)) continue;
    await pace.spend(series.length * CELLS.series);
    worst = nodeRow(context, node, held);
  }
  return { worstNode: worst === undefined ? null : placeOf(worst), anomalousNodes };
}

function placeOf({ cluster, node, score, severity, since, topMetrics }: NodeRow): WorstPlace {
  const loud = topMetrics.filter((one) => one.score >= ANOMALOUS_SCORE);
  const why = loud.map(({ metric }) => metric).join(", ");
  return { cluster, node, score, severity, since, findingId: null, why };
}
