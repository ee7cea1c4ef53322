import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
} from "prom-client";

/** Tenants named in labels; beyond it they share the label `other`. Source: experience page 5.5. */
const TENANTS_MAX = 200;

/** What an ingest request came to; the shape of `IngestReport`. */
interface Taken {
  readonly acceptedPoints: number;
  readonly rejected: readonly { readonly reason: string; readonly points: number }[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The server's own metrics, by the names of the experience page, section 5.5. One per process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly ingestSamples: Counter<"protocol" | "tenant">;
  readonly ingestRejected: Counter<"reason">;
  readonly ingestSkipped: Counter<"part" | "tenant">;
  /** Of batches that were stored. */
  readonly ingestDuration: Histogram<"protocol">;
  readonly httpRequests: Counter<"route" | "code">;
  readonly httpDuration: Histogram<"route">;
  readonly activeSeries: Gauge<"tenant">;
  /** From a point's event time to its readable result, in seconds: the series of the promise. */
  readonly detectionDelay: Gauge<"tenant">;
  readonly pointsScored: Counter<"engine">;
  readonly findingsOpen: Gauge<"tenant">;
  readonly storeBytes: Gauge<"tier">;
  readonly storeDamage: Counter<"kind">;
  /** Bodies that ended the thread that decoded them. */
  readonly decodersLost = this.#counter(
    "decoders_lost_total",
    "Decoders ended by a body: out of memory, out of time, or by an error",
    ["reason"],
  );
  readonly checkpointDuration: Histogram;
  readonly retentionDaysDropped: Counter;
  readonly queueDepth: Gauge<"queue">;
  readonly #tenants = new Set<string>();
  readonly #looks: (() => Promise<void>)[] = [];
  /** Threads that stood still (`stuck` = "false"), and those that were ended for it. */
  readonly diskTroubles = this.#counter(
    "store_disk_changes_total",
    "How often a partition's disk became full or silent, or wrote again",
    ["state"],
  );
  readonly threadStalls = this.#counter("thread_stalls_total", "Threads that stood still", [
    "stuck",
  ]);
  readonly tenantStrikes = this.#counter(
    "tenant_strikes_total",
    "Threads that ended in the middle of a tenant's work",
    [],
  );
  /** Longest time for which the main thread answered nothing: since the last scrape, and ever. */
  readonly mainThreadBlock = this.#gauge(
    "main_thread_block_seconds",
    "Longest time for which the main thread answered nothing",
    ["since"],
    "max",
  );
  readonly connections = this.#gauge("http_connections", "Connections open now", ["state"]);
  /** Connections that the port refused or ended, by reason. */
  readonly connectionsEnded = this.#gauge(
    "http_connections_ended",
    "Connections that were refused or ended by the server since the start",
    ["reason"],
  );
  readonly tenantMemory = this.#gauge(
    "tenant_memory_bytes",
    "Bytes that a tenant is charged for what stays: series, names, states",
    ["tenant"],
  );
  /** The process, and what all tenants are charged, each with its maximum. */
  readonly memory = this.#gauge("memory_bytes", "Memory, and its maximum", ["what"]);
  readonly memoryTight = this.#gauge(
    "memory_tight",
    "1 while new series and long reads are refused for want of memory",
    [],
  );
  readonly unsentBytes = this.#gauge("http_unsent_bytes", "Bytes of large replies that wait", []);

  /** @param processMetrics false where several live in one process (tests). */
  constructor(version: string, processMetrics = true) {
    if (processMetrics) collectDefaultMetrics({ register: this.#registry });
    this.#gauge("build_info", "Version of the server", ["version"]).set({ version }, 1);
    this.ingestSamples = this.#counter("ingest_samples_total", "Points accepted", [
      "protocol",
      "tenant",
    ]);
    this.ingestRejected = this.#counter("ingest_rejected_samples_total", "Points refused", [
      "reason",
    ]);
    this.ingestSkipped = this.#counter(
      "ingest_skipped_parts_total",
      "Histograms and exemplars of remote write that were skipped",
      ["part", "tenant"],
    );
    this.ingestDuration = this.#histogram(
      "ingest_request_duration_seconds",
      "From a decoded batch to its points being on disk",
      ["protocol"],
    );
    this.httpRequests = this.#counter("http_requests_total", "Requests answered", [
      "route",
      "code",
    ]);
    this.httpDuration = this.#histogram("http_request_duration_seconds", "Time to answer", [
      "route",
    ]);
    this.activeSeries = this.#gauge("active_series", "Series known", ["tenant"]);
    this.detectionDelay = this.#gauge(
      "detection_delay_seconds",
      "Event time of the newest point to its result being readable",
      ["tenant"],
      "max",
    );
    this.pointsScored = this.#counter("points_scored_total", "Points scored", ["engine"]);
    this.findingsOpen = this.#gauge("findings_open", "Findings open now", ["tenant"]);
    this.storeBytes = this.#gauge("store_bytes", "Bytes on disk", ["tier"]);
    this.storeDamage = this.#counter("store_damage_total", "Stored items found damaged", ["kind"]);
    this.checkpointDuration = this.#histogram(
      "checkpoint_duration_seconds",
      "Time to save models and folds",
      [],
    );
    this.retentionDaysDropped = this.#counter(
      "retention_days_dropped_total",
      "Days deleted by retention",
      [],
    );
    this.queueDepth = this.#gauge("queue_depth", "Waiting entries", ["queue"]);
  }

  /** Called before every scrape: for gauges whose value is looked up instead of kept. */
  beforeScrape(look: () => Promise<void>): void {
    this.#looks.push(look);
  }

  /** Counts one ingest request. */
  ingested(protocol: string, tenantId: string, taken: Taken): void {
    this.ingestSamples.inc({ protocol, tenant: this.tenantLabel(tenantId) }, taken.acceptedPoints);
    for (const { reason, points } of taken.rejected) this.ingestRejected.inc({ reason }, points);
  }

  /** Counts parts of a body of which nothing was kept. */
  skipped(tenantId: string, part: "histogram" | "exemplar", count: number): void {
    if (count > 0) this.ingestSkipped.inc({ part, tenant: this.tenantLabel(tenantId) }, count);
  }

  /** Stored items found damaged since the start. */
  async damagedItems(): Promise<number> {
    const { values } = await this.storeDamage.get();
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  /** The tenant's label: its name, or `other` beyond the first 200 that were seen. */
  tenantLabel(tenantId: string): string {
    if (this.#tenants.has(tenantId)) return tenantId;
    if (this.#tenants.size >= TENANTS_MAX) return "other";
    this.#tenants.add(tenantId);
    return tenantId;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Prometheus text. Without `tenants`, series of different tenants are merged, without names. */
  async text({ tenants }: { readonly tenants: boolean }): Promise<string> {
    for (const look of this.#looks) await look();
    if (tenants) return this.#registry.metrics();
    const all = await this.#registry.getMetricsAsJSON();
    const nameless = all.map((metric) => ({ ...metric, values: metric.values.map(withoutTenant) }));
    return AggregatorRegistry.aggregate([nameless]).metrics();
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({
      name: `foreshock_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
    });
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    aggregator: "sum" | "max" = "sum",
  ): Gauge<Label> {
    const registers = [this.#registry];
    return new Gauge({ name: `foreshock_${name}`, help, labelNames, aggregator, registers });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
  ): Histogram<Label> {
    const registers = [this.#registry];
    return new Histogram({
      name: `foreshock_${name}`,
      help,
      labelNames,
      buckets: SECONDS,
      registers,
    });
  }
}

function withoutTenant<Value extends { labels: object }>(value: Value): Value {
  const { tenant: _, ...labels } = value.labels as Record<string, unknown>;
  return { ...value, labels };
}
