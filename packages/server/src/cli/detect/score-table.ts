import {
  BAND_SCALES,
  CLUSTER_LAW,
  childOf,
  EPISODE_ROW,
  EPISODE_ROW_LENGTH,
  type Episode,
  EpisodeTracker,
  evidenceOf,
  type IncidentLaw,
  largestOf,
  MetricSeries,
  NODE_LAW,
  PEERS_MIN,
  type PointEngine,
  type PointScores,
  Refusal,
  type WatchedSteps,
} from "@foreshock/core/fold";
import type { CsvTable } from "../../files/csv-table.ts";
import { metricNameOf } from "../../files/entities.ts";
import { comparesPeers, watchesSteps } from "./engines.ts";
import { EntityFold } from "./entity-fold.ts";
import type { Steps } from "./joined-columns.ts";
import { type ClusterShape, isSparse, type NodeShape, tableShape } from "./table-shape.ts";

/** The tenant of a file; it appears in no output. */
const FILE_TENANT = "file";

/** What is kept of an engine's columns: half of them, and a large file is many of them. */
export type KeptScores = Omit<PointScores, "level"> & Judged;

interface Judged {
  /** What the engine's models judged, where it is not the value itself. */
  readonly judged?: Float64Array;
}

/** One metric of a file, point by point in the order of time. */
export interface ScoredSeries {
  readonly series: MetricSeries;
  /** Row numbers by time. */
  readonly rows: Int32Array;
  /** Whether these are rows of its own, as where series were joined by time. */
  readonly isJoined: boolean;
  readonly points: KeptScores;
  /** In the order of time. */
  readonly episodes: readonly Episode[];
  /** With the steps that had no point; episodes are of these. */
  readonly watched?: WatchedSteps;
}

/** A node or cluster of a file, step by step in the order of time. */
export interface ScoredEntity {
  readonly cluster: string;
  /** Undefined for a cluster. */
  readonly node: string | undefined;
  readonly steps: Steps;
  readonly intervalMs: number;
  /** Calibrated p and score; NaN and 0 where no child had a value. */
  readonly p: Float64Array;
  readonly score: Float64Array;
}

export interface ScoredNode extends ScoredEntity {
  readonly node: string;
  readonly metrics: readonly ScoredSeries[];
}

export interface ScoredTable {
  readonly table: CsvTable;
  /** `series[entity * columns + column]`. */
  readonly series: readonly ScoredSeries[];
  readonly nodes: readonly ScoredNode[];
  readonly clusters: readonly ScoredEntity[];
  /** Position of a row in the time order of its entity. */
  readonly placeOf: Int32Array;
}

/**
 * Scores every metric of a file point by point, and the roll-up of its nodes and clusters step by
 * step. Causal and deterministic: rows of later time change nothing before them.
 *
 * Cost: the engine's per value, about 100 bytes of memory per value.
 */
export function scoreTable(table: CsvTable, engine: PointEngine): ScoredTable {
  const shape = tableShape(table);
  const width = table.columns.length;
  const read: ReadSeries[] = new Array(table.entities.length * width);
  for (const { members } of shape.nodes) {
    for (const { entity, columns, rows: all } of members) {
      for (let k = 0; k < width; k++) {
        const rows = columns[k]!;
        const series = readColumn(table, entity, k, rows);
        read[entity * width + k] = { rows, series, isJoined: rows !== all };
      }
    }
  }
  const judge = judgeOf(
    engine,
    table.name,
    read.map(({ series: one }) => one),
  );
  const series = read.map((one) => scoreColumn(one, judge(one.series)));
  const seriesOf = (node: NodeShape) =>
    node.members.flatMap(({ entity }) => series.slice(entity * width, (entity + 1) * width));
  const nodes = shape.nodes.map((node) => scoreNode(node, seriesOf(node)));
  let first = 0;
  const clusters = shape.clusters.map((cluster) => {
    const children = nodes.slice(first, first + cluster.nodes.length);
    first += cluster.nodes.length;
    return scoreCluster(cluster, children);
  });
  return { table, series, nodes, clusters, placeOf: shape.placeOf };
}

type ReadSeries = Pick<ScoredSeries, "series" | "rows" | "isJoined">;

function readColumn(
  table: CsvTable,
  entity: number,
  column: number,
  rows: Int32Array,
): MetricSeries {
  const whose = table.entities[entity]!;
  const { cluster, node } = whose;
  const values = table.columns[column]!;
  return new MetricSeries({
    tenantId: FILE_TENANT,
    clusterId: cluster,
    nodeId: node,
    metricName: metricNameOf(table.layout, whose, column),
    timestamps: gathered(table.timestampsMs, rows),
    values: gathered(values, rows),
  });
}

/** A plain loop: Float64Array.from with a function took a twentieth of a whole run. */
function gathered(column: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]!]!;
  return out;
}

/**
 * The engine that judges a series: the one asked for, bound to the series it is to be compared with,
 * or to the last instant of the file, up to which all of its series were watched.
 * @throws Refusal "engine/unavailable" for an engine of peers and a file of too few nodes.
 */
function judgeOf(
  engine: PointEngine,
  file: string,
  all: readonly MetricSeries[],
): (series: MetricSeries) => PointEngine {
  if (watchesSteps(engine)) {
    const untilMs = all.reduce((end, { timestamps }) => Math.max(end, timestamps.at(-1) ?? end), 0);
    const judge = engine.until(untilMs);
    return () => judge;
  }
  if (!comparesPeers(engine) || all.length === 0) return () => engine;
  const groups = Map.groupBy(all, groupName);
  const largest = largestOf(groups.values().map(({ length }) => length));
  if (largest <= PEERS_MIN) {
    throw new Refusal(
      "engine/unavailable",
      `${file}: engine "${engine.name}" compares at least ${PEERS_MIN + 1} nodes of a cluster by the same metric; the most found here is ${largest}; put the nodes into one file with a column that names them`,
      { engine: engine.name, nodes: largest },
    );
  }
  const judges = new Map([...groups].map(([name, group]) => [name, engine.among(group)]));
  return (series) => judges.get(groupName(series))!;
}

function groupName({ clusterId, metricName }: MetricSeries): string {
  return JSON.stringify([clusterId, metricName]);
}

function scoreColumn({ series, rows, isJoined }: ReadSeries, engine: PointEngine): ScoredSeries {
  const scores: PointScores & Judged = engine.score(series);
  const { intervalMs, p, score, nonconformity, expected, lower, upper } = scores;
  const [tailP, childP] = [evidenceOf(scores), childOf(scores)];
  const points = { intervalMs, p, tailP, childP, score, nonconformity, expected, lower, upper };
  const habits = scores.habit === undefined ? {} : { habit: scores.habit };
  const judged = scores.judged === undefined ? {} : { judged: scores.judged };
  const kept = { series, rows, isJoined, points: { ...points, ...judged, ...habits } };
  if (!watchesSteps(engine)) return { ...kept, episodes: episodesOf(series, scores) };
  const watched = engine.steps(series);
  return { ...kept, watched, episodes: episodesOf(watched.series, watched.scores) };
}

/** The parts of the nonconformity, where the engine has them. */
type Parts = Partial<Record<"sudden" | "hour" | "recent" | "shift", Float64Array>>;

function episodesOf({ timestamps, values }: MetricSeries, points: PointScores): Episode[] {
  const parts = points as PointScores & Parts;
  const tracker = new EpisodeTracker(points.intervalMs);
  const row = new Float64Array(EPISODE_ROW_LENGTH);
  const episodes: Episode[] = [];
  for (let i = 0; i < values.length; i++) {
    row[EPISODE_ROW.nonconformity] = points.nonconformity[i]!;
    row[EPISODE_ROW.level] = points.level[i]!;
    row[EPISODE_ROW.scale] = (points.upper[i]! - points.lower[i]!) / (2 * BAND_SCALES);
    row[EPISODE_ROW.sudden] = parts.sudden?.[i] ?? Number.NaN;
    row[EPISODE_ROW.hour] = parts.hour?.[i] ?? Number.NaN;
    row[EPISODE_ROW.recent] = parts.recent?.[i] ?? Number.NaN;
    row[EPISODE_ROW.shift] = parts.shift?.[i] ?? Number.NaN;
    row[EPISODE_ROW.p] = points.p[i]!;
    row[EPISODE_ROW.score] = points.score[i]!;
    row[EPISODE_ROW.habit] = points.habit?.[i] ?? 0;
    if (tracker.push(timestamps[i]!, values[i]!, row) === "closed") {
      episodes.push(tracker.episode()!);
    }
  }
  if (tracker.isOpen) episodes.push(tracker.episode()!);
  return episodes;
}

function scoreNode(shape: NodeShape, metrics: readonly ScoredSeries[]): ScoredNode {
  const children = metrics.map(({ series, points }) => ({
    timestampsMs: series.timestamps,
    p: childOf(points),
    known: points.nonconformity,
  }));
  const lone = shape.members.length === 1 && !shape.members.some(isSparse);
  return {
    cluster: shape.cluster,
    node: shape.node,
    metrics,
    steps: shape.steps,
    ...foldChildren(shape.steps, children, lone, NODE_LAW),
  };
}

function scoreCluster(shape: ClusterShape, nodes: readonly ScoredNode[]): ScoredEntity {
  const children = nodes.map(({ steps, p }) => ({ timestampsMs: steps.timestampsMs, p, known: p }));
  return {
    cluster: shape.cluster,
    node: undefined,
    steps: shape.steps,
    ...foldChildren(shape.steps, children, nodes.length === 1, CLUSTER_LAW),
  };
}

interface Child {
  readonly timestampsMs: Float64Array;
  readonly p: Float64Array;
  /** NaN where the child has no value. */
  readonly known: Float64Array;
}

/**
 * @param inStep whether the children's points are the steps one by one (repeated stamps included);
 *   otherwise they are matched by time, the last of equal stamps counting.
 */
function foldChildren(
  { timestampsMs }: Steps,
  children: readonly Child[],
  inStep: boolean,
  law: IncidentLaw,
) {
  const fold = new EntityFold(children.length, law);
  const next = new Int32Array(children.length);
  const childP = new Float64Array(children.length);
  const p = new Float64Array(timestampsMs.length);
  const score = new Float64Array(timestampsMs.length);
  for (let i = 0; i < timestampsMs.length; i++) {
    const at = timestampsMs[i]!;
    for (let k = 0; k < children.length; k++) {
      const child = children[k]!;
      let place = inStep ? i : -1;
      while (!inStep && next[k]! < child.p.length && child.timestampsMs[next[k]!]! <= at) {
        place = next[k]!++;
      }
      const known = place >= 0 && !Number.isNaN(child.known[place]!);
      childP[k] = known ? child.p[place]! : Number.NaN;
    }
    p[i] = fold.push(at, childP);
    score[i] = Number.isNaN(p[i]!) ? 0 : fold.score;
  }
  return { intervalMs: fold.intervalMs, p, score };
}
