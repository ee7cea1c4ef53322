import {
  type CalibrationReport,
  DAY_MS,
  type EpochMs,
  severityOf,
  smallestOf,
  type TimeRange,
} from "@foreshock/core";
import type { SeriesInfo, TenantDirectory } from "../dispatch/directory.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import type { SeriesHistory } from "../partition/protocol.ts";
import type {
  AlarmFilter,
  AlarmRow,
  AnomalyFilter,
  AnomalyRow,
  ClusterRow,
  DataHealth,
  FindingRow,
  IngestBatch,
  IngestReport,
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
  TenantSummary,
  TenantView,
} from "../platform/platform.ts";
import type { LivePlatform } from "../serve/live-platform.ts";
import { alarmPage } from "./alarm-list.ts";
import { anomalyById, anomalyPage } from "./anomaly-list.ts";
import { calibrationOf } from "./calibration.ts";
import { healthOf } from "./data-health.ts";
import { findingById, findingPage } from "./finding-list.ts";
import { clusterRows, metricRows, nodeRows, seriesPage, seriesRow } from "./inventory.ts";
import { ranking } from "./ranking.ts";
import { scoreGrid } from "./score-grid.ts";

/** What one tenant can see and do. Everything goes through its own directory and its own fold. */
export class LiveTenantView implements TenantView {
  readonly platform: LivePlatform;
  readonly tenantId: string;
  readonly directory: TenantDirectory;

  constructor(platform: LivePlatform, tenantId: string) {
    this.platform = platform;
    this.tenantId = tenantId;
    this.directory = platform.directory.tenant(tenantId);
  }

  get runner(): TenantRunner {
    return this.platform.runner(this.tenantId);
  }

  /** Event time up to which everything is folded; 0 before the first step. */
  get watermark(): EpochMs {
    const { fold } = this.runner;
    const processedMs = fold?.fleet.processedMs ?? Number.NEGATIVE_INFINITY;
    return fold !== undefined && Number.isFinite(processedMs) ? processedMs : 0;
  }

  ingest(batch: IngestBatch): Promise<IngestReport> {
    return this.platform.ingest(this.tenantId, batch);
  }

  async summary(): Promise<TenantSummary> {
    const { directory, runner, watermark } = this;
    const { budgetDays } = this.platform.options.settingsOf(this.tenantId);
    const store = this.platform.fleetStore.forTenant(this.tenantId);
    const firstMs = smallestOf(directory.series.map((info) => info.firstMs || watermark));
    const watchedDays = Math.min(30, Math.max(0, watermark - firstMs) / DAY_MS);
    const { score } = runner.tenantNow;
    return {
      tenant: this.tenantId,
      clusters: directory.clusters.size,
      nodes: [...directory.nodes({})].length,
      series: directory.series.length,
      points: directory.series.reduce((sum, info) => sum + info.pointCount, 0),
      watermark,
      score,
      severity: severityOf(score),
      openFindings: runner.fold?.fleet.openFindings.length ?? 0,
      budgetDays,
      findings30d: store.findings.countOpened(watermark - 30 * DAY_MS, watermark + 1),
      promised30d: Number.isFinite(watchedDays) ? watchedDays / budgetDays : 0,
    };
  }

  async clusters(): Promise<readonly ClusterRow[]> {
    return clusterRows(this);
  }

  async nodes(filter: PlaceFilter): Promise<readonly NodeRow[]> {
    return nodeRows(this, filter);
  }

  async metrics(filter: PlaceFilter): Promise<readonly MetricRow[]> {
    return metricRows(this, filter);
  }

  async series(filter: PlaceFilter, page: Page): Promise<Paged<SeriesRow>> {
    return seriesPage(this, filter, page);
  }

  async seriesById(seriesId: string): Promise<SeriesRow | undefined> {
    const info = this.directory.byId(seriesId);
    return info === undefined ? undefined : seriesRow(this, info);
  }

  async points(
    seriesId: string,
    range: TimeRange,
    pointsMax: number,
  ): Promise<PointsReply | undefined> {
    const info = this.directory.byId(seriesId);
    if (info === undefined) return undefined;
    const { handle, partition } = info;
    const row = seriesRow(this, info);
    return this.platform.pool.ask(partition, { what: "points", handle, range, pointsMax, row });
  }

  anomalies(filter: AnomalyFilter, page: Page): Promise<Paged<AnomalyRow>> {
    return anomalyPage(this, filter, page);
  }

  alarms(filter: AlarmFilter, page: Page): Promise<Paged<AlarmRow>> {
    return alarmPage(this, filter, page);
  }

  anomaly(anomalyId: string): Promise<AnomalyRow | undefined> {
    return anomalyById(this, anomalyId);
  }

  findings(range: TimeRange, page: Page): Promise<Paged<FindingRow>> {
    return findingPage(this, range, page);
  }

  finding(findingId: string): Promise<FindingRow | undefined> {
    return findingById(this, findingId);
  }

  async scores(query: ScoresQuery): Promise<ScoresReply> {
    return scoreGrid(this, query);
  }

  rankings(query: RankingQuery): Promise<RankingReply> {
    return ranking(this, query);
  }

  async health(): Promise<DataHealth> {
    return healthOf(this);
  }

  calibration(range: TimeRange): Promise<CalibrationReport> {
    return calibrationOf(this, range);
  }

  /** Points of some series with their p, in the order asked for. */
  async histories(series: readonly SeriesInfo[], range: TimeRange): Promise<SeriesHistory[]> {
    const byPartition = Map.groupBy(series, (info) => info.partition);
    const answers = await Promise.all(
      [...byPartition].map(([partition, group]) => {
        const handles = group.map(({ handle }) => handle);
        return this.platform.pool.ask(partition, { what: "history", handles, range });
      }),
    );
    const byHandle = new Map(answers.flat().map((history) => [history.handle, history]));
    return series.map(({ handle }) => byHandle.get(handle)!);
  }
}
