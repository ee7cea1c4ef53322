import {
  type CallEdge,
  DAY_MS,
  evidenceOf,
  MetricSeries,
  rankWindow,
  type StreamingEngine,
} from "@foreshock/core/fold";
import type { IncidentCase } from "../datasets/incident-case.ts";
import { sameNode } from "../datasets/petshop.ts";
import { rootRanks } from "../metrics/hit-rate.ts";

/** Incidents with fewer rows of normal data are left out: too little to learn from. */
const NORMAL_ROWS_MIN = 5;
/** A probe from outside cannot be a root cause. */
const PROBE = "front_service";

/** Shares of the incidents whose root is among the first k of the ranking. */
export interface RootQuality {
  readonly cases: number;
  readonly leftOut: number;
  readonly as1: number;
  readonly as3: number;
  readonly as5: number;
  /** Mean of AS@1 to AS@5. */
  readonly avg5: number;
}

export interface RootRules {
  /** The range that is ranked starts so much after the incident does. */
  readonly lateMs: number;
  readonly graph: "without-graph" | "with-graph";
}

/** One cluster up to the end of an incident, p of every column beside its values. */
export interface ScoredCase {
  readonly incident: IncidentCase;
  readonly timestampsMs: Float64Array;
  readonly values: readonly Float64Array[];
  readonly p: readonly Float64Array[];
  readonly columns: IncidentCase["columns"];
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The rows that `eval/run.py rank` hands to the command line, scored: up to the end of the incident,
 * normal data recorded after it moved before it by whole days, columns without any value left out.
 */
export function scoredCases(
  incidents: readonly IncidentCase[],
  engine: StreamingEngine,
): ScoredCase[] {
  return incidents.filter(hasNormal).map((incident) => scoredCase(incident, engine));
}

/** Nodes of a case, most suspicious first, for the range from `startMs` to its end. */
export type NodeRanking = (
  scored: ScoredCase,
  startMs: number,
  edges: readonly CallEdge[],
) => readonly string[];

/** Root ranks per group and over all, keyed by group; "all" holds all. */
export function judgeRoots(
  incidents: readonly IncidentCase[],
  scored: readonly ScoredCase[],
  { lateMs, graph }: RootRules,
  ranking: NodeRanking = platformRanking,
): ReadonlyMap<string, RootQuality> {
  const hits = scored.map((one) => {
    const edges = graph === "with-graph" ? one.incident.edges : [];
    const nodes = distinctNodes(one.incident, ranking(one, one.startMs + lateMs, edges));
    return rootRanks(nodes, isRootOf(one.incident));
  });
  const groups = [...new Set(incidents.map(({ group }) => group))];
  const of = (keep: (incident: IncidentCase) => boolean) =>
    rootQuality(
      hits.filter((_, k) => keep(scored[k]!.incident)),
      incidents.filter(keep).filter((incident) => !hasNormal(incident)).length,
    );
  const byGroup = groups.map((group) => [group, of((one) => one.group === group)] as const);
  return new Map([...byGroup, ["all", of(() => true)] as const]);
}

function hasNormal({ normal: [start, end], normalRows }: IncidentCase): boolean {
  return normalRows !== undefined || end - start >= NORMAL_ROWS_MIN;
}

function isRootOf({ dataset, rootNode }: IncidentCase): (node: string) => boolean {
  return dataset === "petshop" ? (node) => sameNode(node, rootNode) : (node) => node === rootNode;
}

/** What `foreshock rank` says. */
const platformRanking: NodeRanking = (scored, startMs, edges) => {
  const { timestampsMs, values, p, columns, endMs } = scored;
  const input = { timestampsMs, columns, values, p, startMs, endMs, edges };
  return rankWindow(input).nodes.map(({ nodeId }) => nodeId);
};

/** Components of one service count once. */
function distinctNodes({ dataset }: IncidentCase, nodes: readonly string[]): string[] {
  const same = dataset === "petshop" ? sameNode : (a: string, b: string) => a === b;
  const names: string[] = [];
  for (const node of nodes) {
    if (node !== PROBE && !names.some((name) => same(node, name))) names.push(node);
  }
  return names;
}

function rootQuality(hits: readonly (readonly number[])[], leftOut: number): RootQuality {
  const share = (k: number) => hits.reduce((sum, one) => sum + one[k - 1]!, 0) / hits.length;
  const shares = [1, 2, 3, 4, 5].map(share);
  return {
    cases: hits.length,
    leftOut,
    as1: shares[0]!,
    as3: shares[2]!,
    as5: shares[4]!,
    avg5: shares.reduce((sum, value) => sum + value, 0) / shares.length,
  };
}

function scoredCase(incident: IncidentCase, engine: StreamingEngine): ScoredCase {
  const [first, end] = incident.abnormal;
  const stamps = incident.timestampsMs.slice(0, end);
  const newest = stamps.subarray(0, first).reduce((a, b) => Math.max(a, b), 0);
  if (newest >= stamps[first]!) {
    const days = Math.floor((newest - stamps[first]!) / DAY_MS) + 1;
    for (let i = 0; i < first; i++) stamps[i]! -= days * DAY_MS;
  }
  const known = incident.columns.flatMap((_, c) =>
    incident.values[c]!.subarray(0, end).some((value) => !Number.isNaN(value)) ? [c] : [],
  );
  const rows = Int32Array.from(
    Array.from(stamps, (_, i) => i)
      .filter((row) => known.some((c) => !Number.isNaN(incident.values[c]![row]!)))
      .sort((a, b) => stamps[a]! - stamps[b]! || a - b),
  );
  const timestampsMs = Float64Array.from(rows, (row) => stamps[row]!);
  const values = known.map((c) => Float64Array.from(rows, (row) => incident.values[c]![row]!));
  const columns = known.map((c) => incident.columns[c]!);
  const p = columns.map(({ nodeId, metricName }, k) => {
    const place = { tenantId: "bench", clusterId: incident.group, nodeId, metricName };
    const series = new MetricSeries({ ...place, timestamps: timestampsMs, values: values[k]! });
    return evidenceOf(engine.score(series));
  });
  const window = { startMs: stamps[first]!, endMs: stamps[end - 1]! + 1 };
  return { incident, timestampsMs, values, p, columns, ...window };
}
