import type { CalibrationReport, TimeRange } from "@foreshock/core/fold";
import type { Pace } from "../platform/pace.ts";
import type {
  MetricPage,
  MetricPageQuery,
  NodePage,
  NodePageQuery,
  Overview,
  OverviewQuery,
} from "../platform/page-rows.ts";
import type {
  AlarmFilter,
  AlarmRow,
  AnomalyFilter,
  AnomalyRow,
  ClusterRow,
  DataHealth,
  FindingRow,
  MetricRow,
  NodeRow,
  Page,
  Paged,
  PlaceFilter,
  PointsReply,
  RankingQuery,
  RankingReply,
  ScoresQuery,
  ScoresReply,
  SeriesRow,
  TenantReads,
  TenantStanding,
  TenantSummary,
} from "../platform/platform.ts";
import { alarmPage } from "./alarm-list.ts";
import { anomalyById, anomalyPage } from "./anomaly-list.ts";
import { calibrationCells, calibrationOf } from "./calibration.ts";
import { healthOf } from "./data-health.ts";
import type { FindingDesk } from "./finding-desk.ts";
import { findingById, findingPage } from "./finding-list.ts";
import type { HeavyReads } from "./heavy-reads.ts";
import { clusterRows, metricRows, nodeRows, seriesPage, seriesRow } from "./inventory.ts";
import { metricPageOf, nodePageOf, overviewOf } from "./page-reads.ts";
import { ranking, rankingCells } from "./ranking.ts";
import { CELLS } from "./read-cost.ts";
import type { Revision } from "./revision.ts";
import { scoreGrid, scoreGridCells } from "./score-grid.ts";
import { standingOf } from "./standing.ts";
import { summaryOf } from "./summary.ts";
import type { TenantContext } from "./tenant-context.ts";

/** What all reads of one tenant share, whatever their pace. */
export interface ReadParts {
  readonly context: TenantContext;
  readonly desk: FindingDesk;
  readonly heavy: HeavyReads;
  readonly revision: Revision;
}

/**
 * The reads of one tenant at one pace. What is known to take more than a unit waits for its turn among
 * the tenant's long reads.
 *
 * @throws Abandoned from any read whose pace says so, TooCostly and TooManyReads from the long ones.
 */
export class PacedReads implements TenantReads {
  readonly #context: TenantContext;
  readonly #desk: FindingDesk;
  readonly #heavy: HeavyReads;
  readonly #revision: Revision;
  readonly #pace: Pace;

  constructor({ context, desk, heavy, revision }: ReadParts, pace: Pace) {
    this.#context = context;
    this.#desk = desk;
    this.#heavy = heavy;
    this.#revision = revision;
    this.#pace = pace;
  }

  async revision(): Promise<string> {
    return this.#revision.name(this.#context.settings);
  }

  async summary(): Promise<TenantSummary> {
    return summaryOf(this.#context);
  }

  standing(): Promise<TenantStanding> {
    const cells = this.#context.directory.nodeCount * CELLS.series;
    return this.#heavy.run(cells, this.#pace, () =>
      standingOf(this.#context, this.#desk, this.#pace),
    );
  }

  clusters(): Promise<readonly ClusterRow[]> {
    return this.#list(() => clusterRows(this.#context, this.#pace));
  }

  nodes(filter: PlaceFilter): Promise<readonly NodeRow[]> {
    return this.#list(() => nodeRows(this.#context, filter, this.#pace));
  }

  metrics(filter: PlaceFilter): Promise<readonly MetricRow[]> {
    return this.#list(() => metricRows(this.#context, filter, this.#pace));
  }

  async series(filter: PlaceFilter, page: Page): Promise<Paged<SeriesRow>> {
    return seriesPage(this.#context, filter, page);
  }

  async seriesById(seriesId: string): Promise<SeriesRow | undefined> {
    const info = this.#context.directory.byId(seriesId);
    return info === undefined ? undefined : seriesRow(this.#context, info);
  }

  async points(
    seriesId: string,
    range: TimeRange,
    pointsMax: number,
  ): Promise<PointsReply | undefined> {
    const info = this.#context.directory.byId(seriesId);
    if (info === undefined) return undefined;
    const { handle, partition } = info;
    const points = await this.#context.ask(partition, { what: "points", handle, range, pointsMax });
    return { series: seriesRow(this.#context, info), ...points };
  }

  anomalies(filter: AnomalyFilter, page: Page): Promise<Paged<AnomalyRow>> {
    return anomalyPage(this.#context, filter, page);
  }

  alarms(filter: AlarmFilter, page: Page): Promise<Paged<AlarmRow>> {
    return alarmPage(this.#context, filter, page);
  }

  anomaly(anomalyId: string): Promise<AnomalyRow | undefined> {
    return anomalyById(this.#context, anomalyId, this.#pace);
  }

  findings(range: TimeRange, page: Page): Promise<Paged<FindingRow>> {
    return findingPage(this.#context, this.#desk, { range, page }, this.#pace);
  }

  finding(findingId: string): Promise<FindingRow | undefined> {
    return findingById(this.#context, this.#desk, findingId);
  }

  async scores(query: ScoresQuery): Promise<ScoresReply> {
    const cells = scoreGridCells(this.#context, query);
    return this.#heavy.run(cells, this.#pace, () => scoreGrid(this.#context, query, this.#pace));
  }

  async rankings(query: RankingQuery): Promise<RankingReply> {
    const cells = rankingCells(this.#context, query);
    return this.#heavy.run(cells, this.#pace, () => ranking(this.#context, query, this.#pace));
  }

  health(): Promise<DataHealth> {
    return this.#list(() => healthOf(this.#context, this.#pace));
  }

  async calibration(range: TimeRange): Promise<CalibrationReport> {
    const cells = calibrationCells(this.#context, range);
    return this.#heavy.run(cells, this.#pace, () =>
      calibrationOf(this.#context, range, this.#pace),
    );
  }

  overview(query: OverviewQuery): Promise<Overview> {
    return overviewOf(this, query, this.#context.nowMs());
  }

  nodePage(query: NodePageQuery): Promise<NodePage> {
    return nodePageOf(this, query);
  }

  metricPage(query: MetricPageQuery): Promise<MetricPage> {
    return metricPageOf(this, query);
  }

  /** A list that looks at all series of the tenant. */
  #list<Result>(work: () => Promise<Result>): Promise<Result> {
    const { series, nodeCount } = this.#context.directory;
    return this.#heavy.run((series.length + 3 * nodeCount) * CELLS.series, this.#pace, work);
  }
}
