import type {
  AlarmRow,
  AnomalyRow,
  CalibrationReply,
  ClusterRow,
  DataHealth,
  Explanation,
  FindingRow,
  Foreshock,
  NodeRow,
  PointsReply,
  RankingReply,
  ScoresReply,
  SeriesRow,
  Summary,
  TenantRow,
} from "@foreshock/client";
import { keepPreviousData, skipToken, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useSession } from "../session/session.tsx";
import { askedRange, followsNow, laneStep, type MsRange } from "../state/time-range.ts";
import { useView } from "../state/use-view.ts";
import { useAtTenants } from "./at-tenants.ts";

/** How often a live page asks again. */
const POLL_MS = 10_000;

/** Rows of one list the page reads at most; beyond it the lists say so. */
export const ROWS_MAX = 500;

/** Findings are read this far back, so that the budget line, its promises and the list agree. */
const FINDINGS_BACK = "now-30d";

/** Names of a node and of its cluster. */
interface NodePlace {
  readonly cluster: string;
  readonly node: string;
}

type Fetch<Data> = (client: Foreshock, signal: AbortSignal) => Promise<Data>;

/**
 * One kind of question of the current tenant, asked again every ten seconds on a live page while it is
 * in sight. The client asks whether the answer has changed, and gives the same object if it has not.
 */
function useAsked<Data>(name: string, parts: readonly unknown[], fetch: Fetch<Data>) {
  const { client, tenant } = useSession();
  const { view } = useView();
  return useQuery<Data>({
    queryKey: [tenant, name, ...parts],
    queryFn: ({ signal }) => fetch(client, signal),
    placeholderData: keepPreviousData,
    refetchInterval: view.live && followsNow(view) ? POLL_MS : false,
    refetchIntervalInBackground: false,
  });
}

export type Asked<Data> = UseQueryResult<Data, Error>;

/** A reply with the range it was asked for, which moves on while the page is live. */
export interface Ranged<Reply> {
  readonly range: MsRange;
  readonly reply: Reply;
}

function useRanged<Reply>(
  name: string,
  parts: readonly unknown[],
  fetch: (client: Foreshock, range: MsRange, signal: AbortSignal) => Promise<Reply>,
): Asked<Ranged<Reply>> {
  const { view } = useView();
  return useAsked(name, [view.from, view.to, ...parts], async (client, signal) => {
    const range = askedRange(view, Date.now());
    return { range, reply: await fetch(client, range, signal) };
  });
}

/** All tenants that the key may see, worst first, asked again like everything else. */
export function useTenants(): Asked<readonly TenantRow[]> {
  const { tenantlessClient } = useSession();
  return useAsked("tenants", [], (_, signal) => tenantlessClient.tenants({ signal }));
}

export function useSummary(): Asked<Summary> {
  return useAsked("summary", [], (client, signal) => client.summary({ signal }));
}

/**
 * Open findings of what the page is about: the tenant, or on the page of tenants all of them. Taken from
 * answers that the page asks for anyway; undefined until they are there.
 */
export function useOpenCount(): number | undefined {
  const { tenant } = useSession();
  const ofAll = useAtTenants();
  const all = useKept<readonly TenantRow[]>(tenant, "tenants");
  const one = useKept<Summary>(tenant, "summary");
  if (!ofAll) return one?.openFindings;
  return all?.reduce((sum, { openFindings }) => sum + (openFindings ?? 0), 0);
}

/** What an answer was last; never asks. */
function useKept<Data>(tenant: string, name: string): Data | undefined {
  return useQuery<Data>({ queryKey: [tenant, name], queryFn: skipToken }).data;
}

/** Promised against realised alarms of the last 30 days; reads the whole history, so asked once. */
export function useCalibration(): Asked<CalibrationReply> {
  const { client, tenant } = useSession();
  return useQuery({
    queryKey: [tenant, "calibration"],
    queryFn: ({ signal }) => client.calibration({ from: FINDINGS_BACK }, { signal }),
  });
}

export function useHealth(): Asked<DataHealth> {
  return useAsked("health", [], (client, signal) => client.health({ signal }));
}

/** Findings of the last 30 days. */
export function useFindings(): Asked<readonly FindingRow[]> {
  return useAsked("findings", [], async (client, signal) => {
    const pages = client.findings.list({ from: FINDINGS_BACK, limit: ROWS_MAX }, { signal });
    return (await pages.page()).data;
  });
}

export function useClusters(): Asked<readonly ClusterRow[]> {
  return useAsked("clusters", [], (client, signal) => client.clusters.list({ signal }));
}

/** All nodes, or those of a cluster. */
export function useNodes(cluster?: string): Asked<readonly NodeRow[]> {
  return useAsked("nodes", [cluster], (client, signal) =>
    client.nodes.list({ cluster }, { signal }),
  );
}

/** One node; null where there is none of that name. */
export function useNode(place: NodePlace): Asked<NodeRow | null> {
  const { cluster, node } = place;
  return useAsked("node", [cluster, node], async (client, signal) => {
    const rows = await client.nodes.list({ cluster, node }, { signal });
    return rows[0] ?? null;
  });
}

/** Roll-up scores over the page's range in at most `cellsMax` steps. */
export function useScores(
  level: "node" | "cluster" | "tenant",
  cellsMax: number,
  { cluster, node }: Partial<NodePlace> = {},
): Asked<Ranged<ScoresReply>> {
  const parts = [level, cellsMax, cluster, node];
  return useRanged("scores", parts, (client, range, signal) => {
    const { stepMs, word: step } = laneStep(range, cellsMax);
    // From the start of a step, or the part of it before the range would be missing.
    const from = Math.floor(range.startMs / stepMs) * stepMs;
    return client.scores({ level, step, from, to: range.endMs, cluster, node }, { signal });
  });
}

export function useRanking(
  level: "node" | "metric",
  n: number,
  place: { readonly cluster?: string; readonly node?: string } = {},
): Asked<Ranged<RankingReply>> {
  return useRanged("ranking", [level, n, place.cluster, place.node], (client, range, signal) =>
    client.rankings({ level, n, from: range.startMs, to: range.endMs, ...place }, { signal }),
  );
}

/** All series of a node, or the one of a metric. */
export function useSeries(place: {
  readonly cluster: string;
  readonly node: string;
  readonly metric?: string;
}): Asked<readonly SeriesRow[]> {
  const { cluster, node, metric } = place;
  return useAsked("series", [cluster, node, metric], async (client, signal) => {
    const query = { cluster, node, metric, limit: ROWS_MAX };
    return (await client.series.list(query, { signal }).page()).data;
  });
}

/** Points of a series over the page's range. */
export function usePoints(seriesId: string, maxPoints: number): Asked<Ranged<PointsReply>> {
  return useRanged("points", [seriesId, maxPoints], (client, range, signal) =>
    client.series.points(seriesId, { from: range.startMs, to: range.endMs, maxPoints }, { signal }),
  );
}

/** Points of a series over a range of its own, such as a finding's. */
export function usePointsAround(
  seriesId: string,
  range: MsRange,
  maxPoints: number,
): Asked<PointsReply> {
  const parts = [seriesId, range.startMs, range.endMs, maxPoints];
  return useAsked("points-around", parts, (client, signal) =>
    client.series.points(seriesId, { from: range.startMs, to: range.endMs, maxPoints }, { signal }),
  );
}

/** Alarms of a metric that were open in the page's range, newest first. */
export function useAlarms(place: {
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
}): Asked<Ranged<readonly AlarmRow[]>> {
  const { cluster, node, metric } = place;
  return useRanged("alarms", [cluster, node, metric], async (client, range, signal) => {
    const { startMs: from, endMs: to } = range;
    const query = { cluster, node, metric, from, to, limit: ROWS_MAX };
    return (await client.alarms.list(query, { signal }).page()).data;
  });
}

/** Anomalies of a place over the page's range, worst first. */
export function useAnomalies(place: {
  readonly cluster: string;
  readonly node: string;
  readonly metric?: string;
}): Asked<Ranged<readonly AnomalyRow[]>> {
  const { cluster, node, metric } = place;
  return useRanged("anomalies", [cluster, node, metric], async (client, range, signal) => {
    const { startMs: from, endMs: to } = range;
    const query = { cluster, node, metric, from, to, limit: ROWS_MAX };
    return (await client.anomalies.list({ ...query, sort: "score" }, { signal }).page()).data;
  });
}

/**
 * Why one anomaly is one, with the value that would have been normal; null while `id` is unknown.
 * It carries the id, as the answer about the anomaly before stays until the next one is there.
 */
export function useExplanation(
  id: string | undefined,
): Asked<{ readonly id: string; readonly explanation: Explanation } | null> {
  return useAsked("explanation", [id], async (client, signal) =>
    id === undefined ? null : { id, explanation: await client.anomalies.explain(id, { signal }) },
  );
}
