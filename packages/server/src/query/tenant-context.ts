import type { ColumnSummaries, EpochMs, TimeRange } from "@foreshock/core/fold";
import type { SeriesInfo, TenantDirectory } from "../dispatch/directory.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import type { ExplainedSeries, SeriesHistory } from "../partition/answers.ts";
import type { Answers, ExplainQuestion, Question, SeriesFilter } from "../partition/protocol.ts";
import type { WindowGrid } from "../partition/read/window-summaries.ts";
import type { TenantFleetStore } from "../store/fleet/fleet-store.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";
import { ReadRoom } from "./read-room.ts";

/** Asks the partition owners. Everything that crosses a thread goes through it. */
export interface PartitionAsk {
  /** Asks the owner of a partition. */
  ask<Q extends Question>(
    partition: number,
    question: Q,
    cost?: (points: number) => void,
  ): Promise<Answers[Q["what"]]>;
  /** Asks every owner; answers in owner order. */
  askAll<Q extends Question>(
    question: Q,
    cost?: (points: number) => void,
  ): Promise<Answers[Q["what"]][]>;
}

/** What has been taken in for a tenant since the process started. */
export interface IngestCounters {
  accepted: number;
  /** When points were accepted last, by the server's clock; 0 before the first. */
  arrivedMs: EpochMs;
  duplicate: number;
  overwritten: number;
  rejected: Record<string, number>;
  /** Parts of remote write that were read over. */
  skippedHistograms: number;
  skippedExemplars: number;
}

/** What the platform hands over about one tenant. */
export interface TenantSources {
  readonly tenantId: string;
  readonly directory: TenantDirectory;
  readonly partitions: PartitionAsk;
  readonly store: TenantFleetStore;
  readonly counters: IngestCounters;
  readonly now: () => EpochMs;
  /** Since when this process could have heard of the tenant, by the clock. */
  readonly watchedSinceMs: EpochMs;
  readonly runner: () => TenantRunner;
  readonly settings: () => TenantSettings;
  /** Why the tenant's points are stored and not judged; undefined where they are. */
  readonly quarantine: () => string | undefined;
  /** Points that were taken in and are not scored yet. */
  readonly backlogPoints: () => number;
  /** Room for long reads, shared with other tenants. */
  readonly reads?: ReadRoom;
  /** Hears what answers of partition owners have cost, in points. */
  readonly cost?: (points: number) => void;
}

/** Everything that the reads of one tenant need. No method on it reaches another tenant. */
export class TenantContext {
  readonly tenantId: string;
  readonly directory: TenantDirectory;
  readonly store: TenantFleetStore;
  readonly counters: IngestCounters;
  readonly #sources: TenantSources;

  constructor(sources: TenantSources) {
    this.tenantId = sources.tenantId;
    this.directory = sources.directory;
    this.store = sources.store;
    this.counters = sources.counters;
    this.#sources = sources;
  }

  /** Room for long reads, shared with other tenants. */
  get reads(): ReadRoom {
    return this.#sources.reads ?? ReadRoom.unbounded();
  }

  get runner(): TenantRunner {
    return this.#sources.runner();
  }

  get quarantine(): string | undefined {
    return this.#sources.quarantine();
  }

  get settings(): TenantSettings {
    return this.#sources.settings();
  }

  get backlogPoints(): number {
    return this.#sources.backlogPoints();
  }

  get watchedSinceMs(): EpochMs {
    return this.#sources.watchedSinceMs;
  }

  nowMs(): EpochMs {
    return this.#sources.now();
  }

  /** Event time up to which everything is folded; 0 before the first step. */
  get watermark(): EpochMs {
    const { fold } = this.runner;
    const processedMs = fold?.fleet.processedMs ?? Number.NEGATIVE_INFINITY;
    return fold !== undefined && Number.isFinite(processedMs) ? processedMs : 0;
  }

  ask<Q extends Question>(partition: number, question: Q): Promise<Answers[Q["what"]]> {
    const { partitions, cost } = this.#sources;
    return partitions.ask(partition, question, cost);
  }

  askAll<Q extends Question>(question: Q): Promise<Answers[Q["what"]][]> {
    const { partitions, cost } = this.#sources;
    return partitions.askAll(question, cost);
  }

  /** Points of some series with their p, in the order asked for. */
  histories(series: readonly SeriesInfo[], range: TimeRange): Promise<SeriesHistory[]> {
    return this.#ofEach(series, (handles) => ({ what: "history", handles, range }));
  }

  /** What a window ranking needs to know of some series: where it is, in the order asked for. */
  async summaries(
    series: readonly SeriesInfo[],
    grid: WindowGrid,
  ): Promise<{ readonly summaries: ColumnSummaries; readonly index: number }[]> {
    const found = new Map<SeriesInfo, { summaries: ColumnSummaries; index: number }>();
    const byPartition = Map.groupBy(series, (info) => info.partition);
    const asked = byPartition.entries().map(async ([partition, group]) => {
      const handles = group.map(({ handle }) => handle);
      const summaries = await this.ask(partition, { what: "summaries", handles, grid });
      for (const [index, info] of group.entries()) found.set(info, { summaries, index });
    });
    await Promise.all(asked);
    return series.map((info) => found.get(info)!);
  }

  /** The strongest episodes of some series in a range, in the order asked for. */
  explained(
    series: readonly SeriesInfo[],
    about: Omit<ExplainQuestion, "what" | "handles">,
  ): Promise<ExplainedSeries[]> {
    return this.#ofEach(series, (handles) => ({ what: "explain", handles, ...about }));
  }

  /**
   * Asks for a page of a place. All metrics of a node live in one partition: where one node is meant,
   * only its owner is asked, and given the series; else all owners find them by their names.
   */
  async askPlace<Query extends SeriesFilter, What extends "anomalies" | "alarms">(
    query: Query,
    question: (query: Query) => Question & { readonly what: What },
  ): Promise<Answers[What][number][]> {
    const { clusterId, nodeId, metricName } = query;
    if (clusterId === undefined || nodeId === undefined) {
      const answers = await this.askAll(question(query));
      return answers.flatMap((found) => [...found]) as Answers[What][number][];
    }
    const all = this.directory.node(clusterId, nodeId)?.series ?? [];
    const series = all.filter(
      ({ key }) => metricName === undefined || key.metricName === metricName,
    );
    if (series.length === 0) return [];
    const handles = series.map(({ handle }) => handle);
    return [...(await this.ask(series[0]!.partition, question({ ...query, handles })))];
  }

  /** One question per partition; each answers for all of its series at once. */
  async #ofEach<Row extends { readonly handle: number }>(
    series: readonly SeriesInfo[],
    question: (handles: readonly number[]) => Question & { what: "history" | "explain" },
  ): Promise<Row[]> {
    const byPartition = Map.groupBy(series, (info) => info.partition);
    const answers = await Promise.all(
      [...byPartition].map(([partition, group]) => {
        const asked = question(group.map(({ handle }) => handle));
        return this.ask(partition, asked) as unknown as Promise<readonly Row[]>;
      }),
    );
    const byHandle = new Map(answers.flat().map((row) => [row.handle, row]));
    return series.map(({ handle }) => byHandle.get(handle)!);
  }
}
