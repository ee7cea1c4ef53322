import {
  ANOMALOUS_SCORE,
  CLASSIFIED_HISTORY_MS,
  type Classification,
  type Counterfactual,
  classifiedUntilMs,
  classifyEpisode,
  DAY_MS,
  type EpochMs,
  type Explanation,
  explainEpisode,
  type Episode as FoldedEpisode,
  type KnownBefore,
  valueTells,
} from "@foreshock/core/fold";
import { unitOf } from "../../platform/metric-unit.ts";
import { isCounter } from "../../platform/series-nature.ts";
import type { EpisodeEntry } from "../../store/table/episode-table.ts";
import type { ExplainedEpisode, ExplainedSeries, FoundAnomaly } from "../answers.ts";
import { type EpisodePayload, payloadOf } from "../episode-rows.ts";
import { ENGINE, type LiveSeries } from "../live-series.ts";
import type { PartitionRuntime } from "../partition-runtime.ts";
import type {
  AnomalyQuery,
  ExplainQuestion,
  FoundStrongest,
  SeriesFilter,
  StrongestQuestion,
} from "../protocol.ts";
import { counterfactualIn } from "./counterfactual.ts";
import { impliedEpisode } from "./implied-episode.ts";
import { ratesOf } from "./rates.ts";
import type { OverEpisode } from "./told-ahead.ts";

/** The highest episodes of a series among which the one of a finding's beginning is looked for. */
const EPISODES_MAX = 16;

/** Episodes that one question with a label may classify on the way. */
const CLASSIFY_MAX = 2000;

/** What it takes to say what an episode looked like, in points: days of samples are read and compared. */
export const CLASSIFY_POINTS = 4000;
const EXPLAIN_POINTS = 50;

/** One page of a partition's episodes, explained. Yields points. */
export function* answerAnomalies(
  runtime: PartitionRuntime,
  partition: number,
  tenantId: string,
  query: AnomalyQuery,
): Generator<number, FoundAnomaly[]> {
  runtime.writeResults();
  const { range, minScore, sort, limit, label } = query;
  const filter = { tenantId, ...range, minScore, seriesIds: placed(runtime, tenantId, query) };
  if (label !== undefined) {
    const unlabelled = runtime.store.episodes.query({ ...filter, sort, limit: CLASSIFY_MAX });
    for (const episode of unlabelled) {
      if (episode.label !== null) continue;
      explained(runtime, episode);
      yield CLASSIFY_POINTS;
    }
  }
  const after = query.after?.[partition];
  const found: FoundAnomaly[] = [];
  for (const episode of runtime.store.episodes.query({ ...filter, label, sort, limit, after })) {
    const at = cursorOf(episode);
    found.push({ partition, at, episode: explainedEpisode(runtime, episode) });
    yield episode.label === null ? CLASSIFY_POINTS : EXPLAIN_POINTS;
  }
  return found;
}

/**
 * Says what an episode was that is over, and keeps it, where it is stored and has not been told yet.
 * Returns what that cost, in points.
 */
export function tellOver(
  runtime: PartitionRuntime,
  { seriesId, windowStartMs }: OverEpisode,
): number {
  const episode = runtime.store.episodes.get(seriesId, ENGINE.name, windowStartMs);
  if (episode === undefined || episode.label !== null) return EXPLAIN_POINTS;
  explained(runtime, episode);
  return CLASSIFY_POINTS;
}

/** The highest episode of a group of series that touches a range; none or one. */
export function answerStrongest(
  runtime: PartitionRuntime,
  { tenantId, range, minScore }: StrongestQuestion,
  handles: readonly number[] | "all",
  group: number,
): FoundStrongest[] {
  runtime.writeResults();
  const seriesIds = handles === "all" ? undefined : placed(runtime, tenantId, { handles });
  if (seriesIds?.length === 0) return [];
  const query = { tenantId, ...range, minScore, seriesIds, sort: "score", limit: 1 } as const;
  const found = runtime.store.episodes.query(query);
  return found.map((episode) => ({ group, episode: explainedEpisode(runtime, episode) }));
}

/**
 * The episode of a series that began at an instant, with its counterfactual; undefined when there is
 * none.
 */
export function answerAnomaly(
  runtime: PartitionRuntime,
  series: LiveSeries,
  windowStartMs: EpochMs,
): ExplainedEpisode | undefined {
  runtime.writeResults();
  const episode = runtime.store.episodes.get(series.storeId, ENGINE.name, windowStartMs);
  if (episode === undefined) return undefined;
  const { folded } = payloadOf(episode);
  return explainedEpisode(runtime, episode, counterfactualIn(runtime.store, series, folded));
}

/** The highest episode of a series that touches a range (`beganByMs` says which comes first), and its newest point there. */
export function explainedIn(
  runtime: PartitionRuntime,
  series: LiveSeries,
  { range, asOfMs, beganByMs = range.endMs }: Omit<ExplainQuestion, "what" | "handles">,
): ExplainedSeries {
  runtime.writeResults();
  const { storeId, handle, key } = series;
  const strongest = runtime.store.episodes.query({
    tenantId: key.tenantId,
    ...range,
    seriesIds: [storeId],
    sort: "score",
    limit: EPISODES_MAX,
  });
  const early = strongest.find(({ windowStartMs }) => windowStartMs <= beganByMs);
  const found = early ?? strongest[0] ?? impliedEpisode(runtime.store, series, range);
  const episode = found === undefined ? undefined : explainedEpisode(runtime, found);
  const day = { startMs: asOfMs - DAY_MS, endMs: asOfMs };
  return { handle, episode, lastMs: runtime.store.read(storeId, day).timestampsMs.at(-1) ?? 0 };
}

/** The store's numbers of the series in a place; undefined where all are meant. */
export function placed(
  runtime: PartitionRuntime,
  tenantId: string,
  { clusterId, nodeId, metricName, handles }: SeriesFilter,
): number[] | undefined {
  if (handles !== undefined) {
    return handles.flatMap((handle) => runtime.byHandle(handle)?.storeId ?? []);
  }
  if (clusterId === undefined && nodeId === undefined && metricName === undefined) return undefined;
  const ids: number[] = [];
  for (const { key, storeId } of runtime.series()) {
    const inside =
      key.tenantId === tenantId &&
      (clusterId === undefined || key.clusterId === clusterId) &&
      (nodeId === undefined || key.nodeId === nodeId) &&
      (metricName === undefined || key.metricName === metricName);
    if (inside) ids.push(storeId);
  }
  return ids;
}

function cursorOf({ score, windowStartMs, seriesId, engine }: EpisodeEntry): FoundAnomaly["at"] {
  return { score, windowStartMs, seriesId, engine };
}

function explainedEpisode(
  runtime: PartitionRuntime,
  stored: EpisodeEntry,
  counterfactual?: Counterfactual,
): ExplainedEpisode {
  const { engine, windowStartMs, windowEndMs, score, magnitude, open } = stored;
  const { handle } = runtime.byStoreId(stored.seriesId)!;
  const explanation = explained(runtime, stored, counterfactual);
  return { handle, engine, windowStartMs, windowEndMs, score, magnitude, open, explanation };
}

/** Made from the stored samples when it is asked for; what an episode is called that is over and past is kept. */
function explained(
  runtime: PartitionRuntime,
  episode: EpisodeEntry,
  counterfactual?: Counterfactual,
): Explanation {
  const series = runtime.byStoreId(episode.seriesId)!;
  const payload = payloadOf(episode);
  const { folded, pointCount } = payload;
  const isSettled =
    !episode.open && series.fold.lastMs >= classifiedUntilMs(folded, episode.intervalMs);
  const classification =
    payload.classification ??
    (!isSettled
      ? runtime.openKinds.of(series, episode, folded, (untilMs, before) => {
          const judged = { ...folded, lastMs: Math.min(folded.lastMs, untilMs) };
          return classified(runtime, series, episode, judged, untilMs + 1, before);
        })
      : classified(runtime, series, episode, folded));
  const { kind, label } = classification;
  if (isSettled && episode.label === null && episode.score >= ANOMALOUS_SCORE) {
    const kept: EpisodePayload = { ...payload, classification };
    runtime.store.episodes.put([{ ...episode, kind, label, payload: JSON.stringify(kept) }]);
  }
  const { metricName, nodeId } = series.key;
  return explainEpisode({
    episode: folded,
    classification,
    counterfactual: valueTells(kind) ? counterfactual : undefined,
    pointCount,
    intervalMs: episode.intervalMs,
    subject: { level: "metric", metricName, nodeId },
    unit: unitOf(metricName, series.metadata),
  });
}

function classified(
  runtime: PartitionRuntime,
  series: LiveSeries,
  { intervalMs }: EpisodeEntry,
  folded: FoldedEpisode,
  beforeMs = Number.POSITIVE_INFINITY,
  before?: KnownBefore,
): Classification {
  const startMs = folded.onsetMs - CLASSIFIED_HISTORY_MS;
  const endMs = Math.min(beforeMs, classifiedUntilMs(folded, intervalMs));
  const samples = runtime.store.read(series.storeId, { startMs, endMs });
  const values = ratesOf(samples, isCounter(series.metadata));
  const points = { timestampsMs: samples.timestampsMs, values, intervalMs };
  return classifyEpisode(points, folded, before);
}
