import { type CalibrationReport, DAY_MS, severityOf, type TimeRange } from "@foreshock/core/fold";
import type { FindingRecord } from "../fleet/finding-record.ts";
import type { FleetFollower } from "../fleet/fleet-host.ts";
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
  WhenOver,
} from "../platform/platform.ts";
import { alarmPage } from "./alarm-list.ts";
import { anomalyById, anomalyPage } from "./anomaly-list.ts";
import { calibrationOf } from "./calibration.ts";
import { healthOf } from "./data-health.ts";
import { FindingDesk } from "./finding-desk.ts";
import { findingById, findingPage } from "./finding-list.ts";
import { clusterRows, metricRows, nodeRows, seriesPage, seriesRow } from "./inventory.ts";
import { ranking } from "./ranking.ts";
import { Revision } from "./revision.ts";
import { scoreGrid } from "./score-grid.ts";
import type { TenantContext } from "./tenant-context.ts";

/** What the platform does with the points of one tenant. */
export type WayIn = Required<Pick<TenantView, "ingest">>;

/** What one tenant can see and do: the reads of this room over its context. */
export class LiveTenantView implements TenantView, FleetFollower {
  readonly #desk: FindingDesk;
  readonly #revision = new Revision();
  readonly #context: TenantContext;
  readonly #wayIn: WayIn;

  constructor(context: TenantContext, wayIn: WayIn) {
    this.#context = context;
    this.#wayIn = wayIn;
    this.#desk = new FindingDesk(context, () => this.#revision.rise());
  }

  ingest(batch: IngestBatch, whenOver: WhenOver = "wait"): Promise<IngestReport> {
    return this.#wayIn.ingest(batch, whenOver);
  }

  changed(): void {
    this.#revision.rise();
  }

  advanced(): void {
    this.#revision.rise();
    this.#desk.advanced();
  }

  findingChanged(finding: FindingRecord): void {
    this.#desk.changed(finding);
  }

  findingRetracted(id: string): void {
    this.#desk.retracted(id);
  }

  /** After a start, when all series and the fold are known. */
  takeUp(): void {
    this.#desk.takeUp();
  }

  /** Resolves when everything that closed is explained. */
  settled(): Promise<void> {
    return this.#desk.settled();
  }

  async revision(): Promise<string> {
    return this.#revision.name(this.#context.settings);
  }

  async summary(): Promise<TenantSummary> {
    const { tenantId, directory, runner, watermark, store } = this.#context;
    const { budgetDays } = runner;
    let points = 0;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const info of directory.series) {
      points += info.pointCount;
      firstMs = Math.min(firstMs, info.firstMs || watermark);
    }
    const watchedDays = Math.min(30, Math.max(0, watermark - firstMs) / DAY_MS);
    const { score } = runner.tenantNow;
    return {
      tenant: tenantId,
      clusters: directory.clusters.size,
      nodes: directory.nodeCount,
      series: directory.living.count,
      seriesAsleep: directory.series.length - directory.living.count,
      points,
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
    return clusterRows(this.#context);
  }

  async nodes(filter: PlaceFilter): Promise<readonly NodeRow[]> {
    return nodeRows(this.#context, filter);
  }

  async metrics(filter: PlaceFilter): Promise<readonly MetricRow[]> {
    return metricRows(this.#context, filter);
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
    return anomalyById(this.#context, anomalyId);
  }

  findings(range: TimeRange, page: Page): Promise<Paged<FindingRow>> {
    return findingPage(this.#context, this.#desk, range, page);
  }

  finding(findingId: string): Promise<FindingRow | undefined> {
    return findingById(this.#context, this.#desk, findingId);
  }

  async scores(query: ScoresQuery): Promise<ScoresReply> {
    return scoreGrid(this.#context, query);
  }

  rankings(query: RankingQuery): Promise<RankingReply> {
    return ranking(this.#context, query);
  }

  async health(): Promise<DataHealth> {
    return healthOf(this.#context);
  }

  calibration(range: TimeRange): Promise<CalibrationReport> {
    return calibrationOf(this.#context, range);
  }
}
