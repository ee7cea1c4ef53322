import type { CalibrationReport, TimeRange } from "@foreshock/core/fold";
import type { BodyRoom } from "../dispatch/body-room.ts";
import type { HostPool } from "../host/host-pool.ts";
import type { HostAnswers, HostQuestion } from "../host/protocol.ts";
import { packBatch } from "../platform/packed-batch.ts";
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
  Answer,
  Ask,
  ByteRoom,
  ClusterRow,
  DataHealth,
  FindingRow,
  IngestBatch,
  IngestReport,
  MetricRow,
  NodeRow,
  PackedBatch,
  Page,
  Paged,
  PlaceFilter,
  PointsReply,
  RankingQuery,
  RankingReply,
  ScoresQuery,
  ScoresReply,
  SeriesRow,
  TenantDoor,
  TenantStanding,
  TenantSummary,
  WhenOver,
} from "../platform/platform.ts";
import type { Read, ReadRows } from "../platform/read.ts";
import type { StoreTrouble } from "./store-trouble.ts";

export interface HostedTenantParts {
  readonly tenantId: string;
  readonly hosts: HostPool;
  /** The tenant's host, which knows what holds for the tenant now. @throws Unavailable. */
  readonly host: () => number;
  readonly bodies: BodyRoom;
  readonly storeTrouble: StoreTrouble;
  /** Names this start of the process. */
  readonly startId: string;
}

/** A tenant whose host is another thread: everything that is asked goes there. */
export class HostedTenant implements TenantDoor {
  readonly #parts: HostedTenantParts;

  constructor(parts: HostedTenantParts) {
    this.#parts = parts;
  }

  byteRoom(): ByteRoom {
    return this.#parts.bodies.open(this.#parts.tenantId);
  }

  ingest(batch: IngestBatch, whenOver: WhenOver = "wait"): Promise<IngestReport> {
    return this.ingestPacked(packBatch(batch), whenOver);
  }

  ingestPacked(batch: PackedBatch, whenOver: WhenOver = "wait"): Promise<IngestReport> {
    const { tenantId, storeTrouble } = this.#parts;
    return storeTrouble.watch(() => this.#ask({ what: "ingest", tenantId, batch, whenOver }));
  }

  /** Revisions count from the start of a host, so they name that start as well. */
  async answer(read: Read, { known, signal }: Ask = {}): Promise<Answer> {
    const { tenantId } = this.#parts;
    const life = this.#life();
    const own = known === undefined ? undefined : ownPart(known, life);
    const answer = await this.#ask({ what: "read", tenantId, read, known: own }, signal);
    return { ...answer, revision: life + answer.revision };
  }

  async revision(): Promise<string> {
    const life = this.#life();
    return life + (await this.#ask({ what: "revision", tenantId: this.#parts.tenantId }));
  }

  #life(): string {
    const { hosts, host, startId } = this.#parts;
    return `${startId}-${hosts.lives(host())}.`;
  }

  summary(): Promise<TenantSummary> {
    return this.#rows({ what: "summary" });
  }

  standing(): Promise<TenantStanding> {
    return this.#rows({ what: "standing" });
  }

  health(): Promise<DataHealth> {
    return this.#rows({ what: "health" });
  }

  clusters(): Promise<readonly ClusterRow[]> {
    return this.#rows({ what: "clusters" });
  }

  nodes(filter: PlaceFilter): Promise<readonly NodeRow[]> {
    return this.#rows({ what: "nodes", filter });
  }

  metrics(filter: PlaceFilter): Promise<readonly MetricRow[]> {
    return this.#rows({ what: "metrics", filter });
  }

  series(filter: PlaceFilter, page: Page): Promise<Paged<SeriesRow>> {
    return this.#rows({ what: "series", filter, page });
  }

  seriesById(id: string): Promise<SeriesRow | undefined> {
    return this.#rows({ what: "one-series", id });
  }

  points(id: string, range: TimeRange, pointsMax: number): Promise<PointsReply | undefined> {
    return this.#rows({ what: "points", id, range, pointsMax });
  }

  anomalies(filter: AnomalyFilter, page: Page): Promise<Paged<AnomalyRow>> {
    return this.#rows({ what: "anomalies", filter, page });
  }

  anomaly(id: string): Promise<AnomalyRow | undefined> {
    return this.#rows({ what: "anomaly", id });
  }

  alarms(filter: AlarmFilter, page: Page): Promise<Paged<AlarmRow>> {
    return this.#rows({ what: "alarms", filter, page });
  }

  findings(range: TimeRange, page: Page): Promise<Paged<FindingRow>> {
    return this.#rows({ what: "findings", range, page });
  }

  finding(id: string): Promise<FindingRow | undefined> {
    return this.#rows({ what: "finding", id });
  }

  scores(query: ScoresQuery): Promise<ScoresReply> {
    return this.#rows({ what: "scores", query });
  }

  rankings(query: RankingQuery): Promise<RankingReply> {
    return this.#rows({ what: "rankings", query });
  }

  calibration(range: TimeRange): Promise<CalibrationReport> {
    return this.#rows({ what: "calibration", range });
  }

  overview(query: OverviewQuery): Promise<Overview> {
    return this.#rows({ what: "overview", query });
  }

  nodePage(query: NodePageQuery): Promise<NodePage> {
    return this.#rows({ what: "node-page", query });
  }

  metricPage(query: MetricPageQuery): Promise<MetricPage> {
    return this.#rows({ what: "metric-page", query });
  }

  #rows<Q extends Read>(read: Q): Promise<ReadRows[Q["what"]]> {
    const { tenantId } = this.#parts;
    return this.#ask({ what: "rows", tenantId, read }) as Promise<ReadRows[Q["what"]]>;
  }

  async #ask<Q extends HostQuestion>(
    question: Q,
    signal?: AbortSignal,
  ): Promise<HostAnswers[Q["what"]]> {
    return this.#parts.hosts.ask(this.#parts.host(), question, signal);
  }
}

/** A state of another start of the host is not known to it; the bytes of a reply are the same in any. */
function ownPart(known: string, life: string): string {
  return known.startsWith(life) ? known.slice(life.length) : known.slice(known.lastIndexOf("~"));
}
