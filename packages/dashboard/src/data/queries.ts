import type {
  AlarmRow,
  AnomalyRow,
  CalibrationReply,
  ClusterRow,
  DataHealth,
  Explanation,
  FindingChart,
  FindingRow,
  MetricPage,
  NodePage,
  NodeRow,
  Overview,
  PointsReply,
  RankingReply,
  ScoresReply,
  SeriesRow,
  SmallChart,
  Summary,
  TenantRow,
} from "@foreshock/client";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useSession } from "../session/session.tsx";
import { laneStep } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { type Asked, type Ranged, useAsked, useRanged } from "./asked.ts";
import { nodesOf } from "./node-columns.ts";

export type { Asked, Ranged } from "./asked.ts";

/** Promises are counted this far back, as findings are shown. */
const FINDINGS_BACK = "now-30d";
/** Steps of the lanes: a day in cells of five minutes. */
const CELLS_MAX = 340;
/** Points of the chart on a finding's card, on a metric's card, and on a metric's page. */
const FINDING_POINTS = 160;
const CARD_POINTS = 240;
const METRIC_POINTS = 1200;

interface NodePlace {
  readonly cluster: string;
  readonly node: string;
}
interface MetricPlace extends NodePlace {
  readonly metric: string;
}

/*
 * A page asks at most four questions: the tenants that the key sees, the tenant at a glance, what the page is
 * about, and what takes longer than that. Hooks that show parts of one answer share it.
 */

/** The tenant at a glance: with lanes where they are shown, with charts where findings have cards. */
function useOverview<Data>(select: (overview: Ranged<Overview>) => Data): Asked<Data> {
  const page = useView().place?.page;
  const hasLanes = page === "now";
  const hasCards = page === "now" || page === "cluster";
  return useRanged({
    name: "overview",
    parts: [hasLanes, hasCards],
    ask: (client, range, signal) =>
      client.overview(
        {
          from: range.startMs,
          to: range.endMs,
          ...(hasLanes ? { step: laneStep(range, CELLS_MAX).word } : {}),
          ...(hasCards ? { maxPoints: FINDING_POINTS } : {}),
        },
        { signal },
      ),
    select,
  });
}

/** All tenants that the key may see, worst first. */
export function useTenants(): Asked<readonly TenantRow[]> {
  const { tenantlessClient } = useSession();
  return useAsked({
    name: "tenants",
    parts: [],
    ask: (_, signal) => tenantlessClient.tenants({ signal }),
  });
}

export function useSummary(): Asked<Summary> {
  return useOverview(summaryIn);
}
const summaryIn = ({ reply }: Ranged<Overview>) => reply.summary;

export function useHealth(): Asked<DataHealth> {
  return useOverview(healthIn);
}
const healthIn = ({ reply }: Ranged<Overview>) => reply.health;

/** Findings of the last 30 days, at most 200. */
export function useFindings(): Asked<readonly FindingRow[]> {
  return useOverview(findingsIn);
}
const findingsIn = ({ reply }: Ranged<Overview>) => reply.findings;

export function useClusters(): Asked<readonly ClusterRow[]> {
  return useOverview(clustersIn);
}
const clustersIn = ({ reply }: Ranged<Overview>) => reply.clusters;

/** The tenant's score over the page's range, and those of its highest clusters; on the page Now. */
export function useLanes(): Asked<{
  readonly range: Ranged<Overview>["range"];
  readonly tenant: ScoresReply | null;
  readonly clusters: ScoresReply | null;
}> {
  return useOverview(lanesIn);
}
const lanesIn = ({ range, reply }: Ranged<Overview>) => ({
  range,
  tenant: reply.tenantLane,
  clusters: reply.clusterLanes,
});

/** The first contributing metric of an open finding; null where it is not drawn. */
export function useFindingChart(findingId: string): Asked<FindingChart | null> {
  const select = useCallback(
    ({ reply }: Ranged<Overview>) =>
      reply.charts.find((chart) => chart.findingId === findingId) ?? null,
    [findingId],
  );
  return useOverview(select);
}

/** All nodes, or those of a cluster. */
export function useNodes(cluster?: string): Asked<readonly NodeRow[]> {
  return useAsked({
    name: "nodes",
    parts: [cluster],
    ask: (client, signal) => client.nodes.columns({ cluster }, { signal }),
    select: nodesOf,
  });
}

/** Scores of nodes over the page's range in at most `cellsMax` steps: of all, or those of a cluster. */
export function useNodeScores(cellsMax: number, cluster?: string): Asked<Ranged<ScoresReply>> {
  return useRanged({
    name: "scores",
    parts: [cellsMax, cluster],
    ask: (client, range, signal) => {
      const { stepMs, word: step } = laneStep(range, cellsMax);
      // From the start of a step, or the part of it before the range would be missing.
      const from = Math.floor(range.startMs / stepMs) * stepMs;
      return client.scores({ level: "node", step, from, to: range.endMs, cluster }, { signal });
    },
  });
}

/** Which metrics a node's rank in the page's range is made of. */
export function useRanking(n: number, { cluster, node }: NodePlace): Asked<Ranged<RankingReply>> {
  return useRanged({
    name: "ranking",
    parts: [n, cluster, node],
    ask: (client, { startMs: from, endMs: to }, signal) =>
      client.rankings({ level: "metric", n, from, to, cluster, node }, { signal }),
  });
}

function useNodePage<Data>(
  { cluster, node }: NodePlace,
  select: (page: Ranged<NodePage>) => Data,
): Asked<Data> {
  return useRanged({
    name: "node-page",
    parts: [cluster, node],
    ask: (client, range, signal) => {
      const { startMs: from, endMs: to } = range;
      const step = laneStep(range, CELLS_MAX).word;
      const query = { cluster, node, from, to, step, maxPoints: CARD_POINTS };
      return client.nodes.page(query, { signal });
    },
    select,
  });
}

/** One node; null where there is none of that name. */
export function useNode(place: NodePlace): Asked<NodeRow | null> {
  return useNodePage(place, nodeIn);
}
const nodeIn = ({ reply }: Ranged<NodePage>) => reply.node;

export function useNodeLane(place: NodePlace): Asked<Ranged<ScoresReply>> {
  return useNodePage(place, laneIn);
}
const laneIn = ({ range, reply }: Ranged<NodePage>) => ({ range, reply: reply.lane });

/** All series of a node. */
export function useNodeSeries(place: NodePlace): Asked<readonly SeriesRow[]> {
  return useNodePage(place, seriesIn);
}
const seriesIn = ({ reply }: Ranged<NodePage>) => reply.series;

/** Anomalies of a node over the page's range, worst first. */
export function useNodeAnomalies(place: NodePlace): Asked<Ranged<readonly AnomalyRow[]>> {
  return useNodePage(place, anomaliesIn);
}
const anomaliesIn = ({ range, reply }: Ranged<NodePage>) => ({ range, reply: reply.anomalies });

/** One metric of a node, to be drawn small; null until it is there. */
export function useSmallChart(series: SeriesRow): Asked<SmallChart | null> {
  const select = useCallback(
    ({ reply }: Ranged<NodePage>) =>
      reply.charts.find(({ seriesId }) => seriesId === series.id) ?? null,
    [series.id],
  );
  return useNodePage(series, select);
}

function useMetricPage<Data>(
  { cluster, node, metric }: MetricPlace,
  select: (page: Ranged<MetricPage>) => Data,
): Asked<Data> {
  return useRanged({
    name: "metric-page",
    parts: [cluster, node, metric],
    ask: (client, { startMs: from, endMs: to }, signal) => {
      const query = { cluster, node, metric, from, to, maxPoints: METRIC_POINTS };
      return client.metrics.page(query, { signal });
    },
    select,
  });
}

/** The series of a metric of a node; null where there is none. */
export function useMetricSeries(place: MetricPlace): Asked<SeriesRow | null> {
  return useMetricPage(place, metricSeriesIn);
}
const metricSeriesIn = ({ reply }: Ranged<MetricPage>) => reply.points?.series ?? null;

/** Its points over the page's range; null where there is no such metric. */
export function useMetricPoints(place: MetricPlace): Asked<Ranged<PointsReply> | null> {
  return useMetricPage(place, pointsIn);
}
const pointsIn = ({ range, reply: { points } }: Ranged<MetricPage>) =>
  points === null ? null : { range, reply: points };

/** Its anomalies in the page's range, worst first. */
export function useMetricAnomalies(place: MetricPlace): Asked<Ranged<readonly AnomalyRow[]>> {
  return useMetricPage(place, metricAnomaliesIn);
}
const metricAnomaliesIn = ({ range, reply }: Ranged<MetricPage>) => ({
  range,
  reply: reply.anomalies,
});

/** Its alarms that were open in the page's range, newest first. */
export function useMetricAlarms(place: MetricPlace): Asked<Ranged<readonly AlarmRow[]>> {
  return useMetricPage(place, alarmsIn);
}
const alarmsIn = ({ range, reply }: Ranged<MetricPage>) => ({ range, reply: reply.alarms });

/** Promised against realised alarms of the last 30 days; reads the whole history, so asked once. */
export function useCalibration(): Asked<CalibrationReply> {
  const { client, tenant } = useSession();
  return useQuery({
    queryKey: [tenant, "calibration"],
    queryFn: ({ signal }) => client.calibration({ from: FINDINGS_BACK }, { signal }),
  });
}

/**
 * Why one anomaly is one, with the value that would have been normal; null while `id` is unknown.
 * It carries the id, as the answer about the anomaly before stays until the next one is there.
 */
export function useExplanation(
  id: string | undefined,
): Asked<{ readonly id: string; readonly explanation: Explanation } | null> {
  return useAsked({
    name: "explanation",
    parts: [id],
    ask: async (client, signal) =>
      id === undefined ? null : { id, explanation: await client.anomalies.explain(id, { signal }) },
  });
}
