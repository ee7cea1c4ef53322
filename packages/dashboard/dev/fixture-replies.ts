import type {
  AnomalyRow,
  ClusterRow,
  DataHealth,
  FindingRow,
  NodeRow,
  PointsReply,
  ScoresReply,
  SeriesRow,
  Summary,
} from "@foreshock/client";
import { severityOf } from "../src/severity/severity.ts";
import {
  CLUSTERS,
  FAULTS,
  type FixtureFault,
  type FixtureMetric,
  faultAt,
  hashed,
  METRICS,
  nodesOf,
  quietScore,
  STEP_MS,
} from "./fixture-fleet.ts";
import { anomalyRow, findingRow, fromMs, iso, rampOf } from "./fixture-rows.ts";

/** What the fleet is in: as in life, brand new, without faults, or without data. */
export type FixtureState = "faults" | "calm" | "learning" | "empty";

const FIRST_DAYS = 28;

/** Replies of the API for the made-up fleet at `nowMs`. */
export class FixtureReplies {
  readonly state: FixtureState;
  readonly #nodes: ReadonlyMap<string, readonly string[]>;

  constructor(nodeCount: number, state: FixtureState) {
    this.#nodes = nodesOf(nodeCount);
    this.state = state;
  }

  summary(tenant: string, nowMs: number): Summary {
    const nodes = this.#allNodes().length;
    const empty = this.state === "empty";
    return {
      tenant,
      clusters: empty ? 0 : CLUSTERS.length,
      nodes: empty ? 0 : nodes,
      series: empty ? 0 : nodes * METRICS.length,
      seriesAsleep: 0,
      points: empty ? 0 : nodes * METRICS.length * FIRST_DAYS * 288,
      watermark: empty ? null : iso(lastStep(nowMs)),
      score: this.state === "faults" ? 0.92 : 0.12,
      severity: this.state === "faults" ? "critical" : "none",
      openFindings: this.state === "faults" ? 2 : 0,
      budgetDays: 7,
      findings30d: this.findings(nowMs).length,
      promised30d: 4.0,
    };
  }

  clusters(nowMs: number): ClusterRow[] {
    return CLUSTERS.map(([cluster]) => {
      const rows = this.nodes(nowMs, cluster);
      const score = Math.max(...rows.map((row) => row.score ?? 0));
      return {
        cluster,
        nodes: rows.length,
        series: rows.length * METRICS.length,
        score,
        severity: severityOf(score),
        anomalousNodes: rows.filter((row) => (row.score ?? 0) >= 0.5).length,
        lastAt: iso(lastStep(nowMs)),
      };
    });
  }

  nodes(nowMs: number, only?: string): NodeRow[] {
    if (this.state === "empty") return [];
    return this.#allNodes()
      .filter(([cluster]) => only === undefined || cluster === only)
      .map(([cluster, node]) => this.#nodeRow(cluster, node, nowMs));
  }

  #nodeRow(cluster: string, node: string, nowMs: number): NodeRow {
    const isSilent = cluster === "search" && node === "node-012";
    const isNew = this.state === "learning" || (cluster === "billing" && node === "node-008");
    const faults = this.#openFaults(cluster, node);
    const quiet = quietScore(cluster + node, Math.floor(nowMs / 3_600_000));
    const score = Math.max(quiet, ...faults.map((fault) => fault.score));
    return {
      cluster,
      node,
      metrics: METRICS.length,
      score: isSilent ? null : score,
      severity: isSilent ? "none" : severityOf(score),
      numAnomalies: faults.length,
      topMetrics: faults.map((fault) => ({ metric: fault.metric, score: fault.score })),
      since: faults.length === 0 ? null : iso(nowMs - Math.max(...faults.map(fromMs))),
      lastAt: iso(isSilent ? nowMs - 47 * 60_000 : lastStep(nowMs)),
      state: isSilent ? "silent" : isNew ? "learning" : "live",
      confidence: isNew ? 0.2 : 0.95,
    };
  }

  #openFaults(cluster: string, node: string): readonly FixtureFault[] {
    if (this.state !== "faults") return [];
    return FAULTS.filter(
      (fault) =>
        fault.toMin === 0 &&
        fault.cluster === cluster &&
        (fault.node === null || fault.node === node),
    );
  }

  series(
    nowMs: number,
    place: { cluster: string | null; node: string | null; metric: string | null },
  ): SeriesRow[] {
    const rows: SeriesRow[] = [];
    for (const [cluster, node] of this.#allNodes()) {
      if (place.cluster !== null && place.cluster !== cluster) continue;
      if (place.node !== null && place.node !== node) continue;
      for (const metric of METRICS) {
        if (place.metric !== null && place.metric !== metric.name) continue;
        rows.push(this.#seriesRow(cluster, node, metric, nowMs));
      }
      if (rows.length >= 500) break;
    }
    return rows;
  }

  seriesById(id: string, nowMs: number): SeriesRow | undefined {
    const [cluster = "", node = "", name] = id.split("~");
    const metric = METRICS.find((one) => one.name === name);
    return metric && this.#seriesRow(cluster, node, metric, nowMs);
  }

  #seriesRow(cluster: string, node: string, metric: FixtureMetric, nowMs: number): SeriesRow {
    const { state, confidence } = this.#nodeRow(cluster, node, nowMs);
    const at = lastStep(nowMs);
    const { value, score } = this.#point(cluster, node, metric, at, nowMs);
    return {
      id: [cluster, node, metric.name].join("~"),
      cluster,
      node,
      metric: metric.name,
      metadata: metric.unit === "" ? {} : { unit: metric.unit },
      intervalMs: STEP_MS,
      points: FIRST_DAYS * 288,
      firstAt: iso(nowMs - FIRST_DAYS * 86_400_000),
      lastAt: iso(at),
      lastValue: value,
      score,
      severity: severityOf(score),
      state,
      confidence,
    };
  }

  points(id: string, startMs: number, toMs: number, maxPoints: number, nowMs: number) {
    const series = this.seriesById(id, nowMs);
    const metric = METRICS.find((one) => one.name === series?.metric);
    if (series === undefined || metric === undefined) return undefined;
    const whole = Math.max(1, Math.ceil((toMs - startMs) / STEP_MS / maxPoints));
    const stepMs = STEP_MS * whole;
    const columns: Record<string, (number | null)[]> = {};
    for (const name of ["at", "value", "min", "max", "expected", "lower", "upper", "score"]) {
      columns[name] = [];
    }
    for (let at = Math.ceil(startMs / stepMs) * stepMs; at < Math.min(toMs, nowMs); at += stepMs) {
      const point = this.#point(series.cluster, series.node, metric, at, nowMs);
      const reach = whole === 1 ? 0 : metric.base * metric.noise * 1.6;
      columns.at?.push(at);
      columns.value?.push(point.value);
      columns.min?.push(point.value === null ? null : point.value - reach);
      columns.max?.push(point.value === null ? null : point.value + reach);
      columns.expected?.push(point.expected);
      columns.lower?.push(point.expected - point.half);
      columns.upper?.push(point.expected + point.half);
      columns.score?.push(point.score);
    }
    columns.alarmScore = columns.score ?? [];
    return { series, stepMs, columns } as unknown as PointsReply;
  }

  #point(cluster: string, node: string, metric: FixtureMetric, at: number, nowMs: number) {
    const id = cluster + node + metric.name;
    const day = Math.sin(((at % 86_400_000) / 86_400_000 - 0.3) * 2 * Math.PI);
    const own = 0.9 + 0.2 * hashed(id);
    const expected = metric.base * own * (1 + metric.swing * day);
    const noise = hashed(`${id}a${at}`) + hashed(`${id}b${at}`) + hashed(`${id}c${at}`) - 1.5;
    const fault =
      this.state === "faults" ? faultAt(cluster, node, metric.name, at, nowMs) : undefined;
    const ramp = fault?.kind === "trend" ? rampOf(fault, at, nowMs) : 1;
    const factor = fault === undefined ? 1 : 1 + (fault.factor - 1) * ramp;
    const gone = cluster === "search" && node === "node-012" && nowMs - at < 47 * 60_000;
    const value = gone ? null : (expected + metric.base * metric.noise * noise * 1.4) * factor;
    const score = fault === undefined ? quietScore(id, at / STEP_MS) * 0.6 : fault.score * ramp;
    return { value, expected, half: metric.base * metric.noise * 2.4, score };
  }

  scores(
    level: "node" | "cluster" | "tenant",
    startMs: number,
    toMs: number,
    stepMs: number,
    only: string | null,
    nowMs: number,
  ): ScoresReply {
    const times: number[] = [];
    for (let at = Math.floor(startMs / stepMs) * stepMs; at < toMs; at += stepMs) times.push(at);
    const places = this.#allNodes().filter(([cluster]) => only === null || cluster === only);
    const entities =
      level === "node"
        ? places
        : level === "cluster"
          ? CLUSTERS.map(([cluster]) => [cluster, ""] as const)
          : [["", ""] as const];
    const score = entities.flatMap(([cluster, node]) =>
      times.map((at) => this.#scoreAt(cluster, node, at, stepMs, nowMs)),
    );
    return {
      level,
      strategy: "auto",
      times,
      entities: { cluster: entities.map(([c]) => c), node: entities.map(([, n]) => n) },
      score,
    };
  }

  #scoreAt(cluster: string, node: string, at: number, stepMs: number, nowMs: number) {
    if (at > nowMs || at + stepMs < nowMs - FIRST_DAYS * 86_400_000) return null;
    const quiet = quietScore(`${cluster}/${node}`, at / stepMs);
    if (this.state !== "faults") return quiet;
    const hit = FAULTS.filter(
      (fault) =>
        (cluster === "" || fault.cluster === cluster) &&
        (node === "" || fault.node === null || fault.node === node) &&
        at + stepMs > nowMs - fromMs(fault) &&
        at <= nowMs - fault.toMin * 60_000,
    );
    return Math.max(quiet, ...hit.map((fault) => fault.score * (0.9 + 0.1 * hashed(`${at}`))));
  }

  anomalies(
    nowMs: number,
    startMs: number,
    place: { cluster: string | null; node: string | null; metric: string | null },
  ): AnomalyRow[] {
    if (this.state !== "faults") return [];
    return FAULTS.filter(
      (fault) =>
        (place.cluster === null || fault.cluster === place.cluster) &&
        (place.node === null || fault.node === null || fault.node === place.node) &&
        (place.metric === null || fault.metric === place.metric) &&
        nowMs - fault.toMin * 60_000 >= startMs,
    ).map((fault) => anomalyRow(fault, fault.node ?? place.node ?? "node-001", nowMs));
  }

  findings(nowMs: number): FindingRow[] {
    if (this.state !== "faults") return [];
    const groups = ["f1", "f2", "f3", "f4"].map((id) =>
      FAULTS.filter((fault) => fault.id.startsWith(id)),
    );
    return groups.map((faults) =>
      findingRow(faults, this.#nodes.get(faults[0]!.cluster) ?? [], nowMs),
    );
  }

  health(nowMs: number): DataHealth {
    const series = this.#allNodes().length * METRICS.length;
    return {
      watermark: this.state === "empty" ? null : iso(lastStep(nowMs)),
      series,
      seriesAsleep: 0,
      learning: this.state === "learning" ? series : 12,
      late: 3,
      silent: 12,
      freshShare: 0.9997,
      acceptedPoints: 23_224_320,
      rejectedPoints: { future: 14 },
      detectionLagMs: 1800,
      backlogPoints: 0,
      backfill: 1,
      worst: [],
    };
  }

  #allNodes(): (readonly [cluster: string, node: string])[] {
    return [...this.#nodes].flatMap(([cluster, nodes]) =>
      nodes.map((node) => [cluster, node] as const),
    );
  }
}

function lastStep(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS) * STEP_MS;
}
