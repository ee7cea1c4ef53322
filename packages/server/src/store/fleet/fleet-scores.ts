import type { DatabaseSync, StatementSync } from "node:sqlite";
import { DAY_MS } from "@foreshock/core";
import { transaction } from "../sqlite/database.ts";
import { guarded } from "../sqlite/store-error.ts";

export type FleetLevel = "node" | "cluster" | "tenant";

/** An entity of one tenant; `nodeId` is "" for clusters, both are "" for the tenant. */
export interface FleetPlace {
  readonly level: FleetLevel;
  readonly clusterId: string;
  readonly nodeId: string;
}

/** One UTC day of an entity: one number a step of the tenant's grid, the same count every day. */
export interface FleetDay {
  readonly place: FleetPlace;
  /** Days since 1970-01-01. */
  readonly day: number;
  /** NaN where there is none. */
  readonly scores: Float32Array;
  /** Metrics (or nodes) that were anomalous in each step. */
  readonly anomalies?: Uint16Array;
}

export interface FleetScoresQuery {
  readonly level: FleetLevel;
  readonly startMs: number;
  readonly endMs: number;
  /** Width of a column of the answer; a multiple of the tenant's step shows every score. */
  readonly stepMs: number;
  readonly clusterId?: string | undefined;
  readonly nodeId?: string | undefined;
}

/** Row e of `scores` and `anomalies` is entity e: cell e * timesMs.length + i. */
export interface FleetScores {
  /** Start of each column; whole multiples of the step. */
  readonly timesMs: Float64Array;
  readonly places: readonly FleetPlace[];
  /** Highest score in the column; NaN where there is none. */
  readonly scores: Float32Array;
  /** Highest number of anomalous children in the column. */
  readonly anomalies: Uint16Array;
}

export const FLEET_SCORES_SCHEMA = `
  CREATE TABLE entity (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, level TEXT NOT NULL, cluster TEXT NOT NULL,
    node TEXT NOT NULL, UNIQUE (tenant, level, cluster, node)
  ) STRICT;
  CREATE TABLE score_day (
    day INTEGER NOT NULL, entity_id INTEGER NOT NULL, scores BLOB NOT NULL, anomalies BLOB,
    PRIMARY KEY (day, entity_id)
  ) STRICT`;

/** Cells an answer may have: 10,000 nodes over a day of 5-minute steps are 2.9 million. */
export const SCORE_CELLS_MAX = 20_000_000;

/** Score history of one tenant's entities: one row per entity and UTC day. */
export class FleetScoresTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;
  readonly #ids = new Map<string, number>();
  readonly #load: StatementSync;
  readonly #save: StatementSync;

  constructor(db: DatabaseSync, file: string, tenant: string) {
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
    this.#load = db.prepare("SELECT scores FROM score_day WHERE day = ? AND entity_id = ?");
    this.#save = db.prepare("INSERT OR REPLACE INTO score_day VALUES (?, ?, ?, ?)");
    this.reload();
  }

  /** Learns the numbers of the entities anew, after a transaction that gave some was undone. */
  reload(): void {
    this.#ids.clear();
    const rows = this.#db
      .prepare("SELECT id, level, cluster, node FROM entity WHERE tenant = ?")
      .all(this.#tenant) as unknown as {
      id: number;
      level: string;
      cluster: string;
      node: string;
    }[];
    for (const { id, level, cluster, node } of rows) {
      this.#ids.set(`${level}\0${cluster}\0${node}`, id);
    }
  }

  /** Scores of one entity and day; undefined when nothing is kept. The caller's to change. */
  load(place: FleetPlace, day: number): Float32Array | undefined {
    const id = this.#ids.get(textOf(place));
    if (id === undefined) return undefined;
    const row = guarded(this.#file, () => this.#load.get(day, id));
    return row === undefined ? undefined : floats(row.scores as Uint8Array);
  }

  /** Adds or overwrites days, all or none. @throws StoreUnavailable. */
  save(days: readonly FleetDay[]): void {
    try {
      transaction(this.#db, this.#file, () => {
        for (const { place, day, scores, anomalies } of days) {
          const counts = anomalies === undefined ? null : bytesOf(anomalies);
          this.#save.run(day, this.#idOf(place), bytesOf(scores), counts);
        }
      });
    } catch (error) {
      this.reload();
      throw error;
    }
  }

  /** @throws RangeError when the answer would have more than SCORE_CELLS_MAX cells. */
  read(query: FleetScoresQuery): FleetScores {
    const { level, startMs, endMs, stepMs, clusterId, nodeId } = query;
    const rows = guarded(this.#file, () =>
      this.#db
        .prepare(
          `SELECT e.cluster, e.node, d.day, d.scores, d.anomalies
           FROM entity e JOIN score_day d ON d.entity_id = e.id
           WHERE e.tenant = ?1 AND e.level = ?2 AND d.day >= ?3 AND d.day < ?4
             AND (?5 IS NULL OR e.cluster = ?5) AND (?6 IS NULL OR e.node = ?6)
           ORDER BY e.cluster, e.node`,
        )
        .all(
          this.#tenant,
          level,
          Math.floor(startMs / DAY_MS),
          Math.ceil(endMs / DAY_MS),
          clusterId ?? null,
          nodeId ?? null,
        ),
    ) as unknown as ScoreRow[];
    const first = Math.floor(startMs / stepMs);
    const columns = Math.max(0, Math.ceil(endMs / stepMs) - first);
    const places = placesOf(level, rows);
    if (places.length * columns > SCORE_CELLS_MAX) {
      throw new RangeError(`${places.length} entities times ${columns} steps; ask for less`);
    }
    const grid: Grid = {
      query,
      first,
      columns,
      scores: new Float32Array(places.length * columns).fill(Number.NaN),
      anomalies: new Uint16Array(places.length * columns),
    };
    let at = -1;
    let before: ScoreRow | undefined;
    for (const row of rows) {
      if (before?.cluster !== row.cluster || before.node !== row.node) at++;
      before = row;
      fillRow(grid, at * columns, row);
    }
    const timesMs = Float64Array.from({ length: columns }, (_, i) => (first + i) * stepMs);
    return { timesMs, places, scores: grid.scores, anomalies: grid.anomalies };
  }

  /** Deletes whole days before `day`; of this tenant only. */
  dropBefore(day: number): void {
    guarded(this.#file, () =>
      this.#db
        .prepare(
          `DELETE FROM score_day WHERE day < ?
           AND entity_id IN (SELECT id FROM entity WHERE tenant = ?)`,
        )
        .run(day, this.#tenant),
    );
  }

  #idOf(place: FleetPlace): number {
    const text = textOf(place);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO entity (tenant, level, cluster, node) VALUES (?, ?, ?, ?)")
      .run(this.#tenant, place.level, place.clusterId, place.nodeId);
    const id = Number(lastInsertRowid);
    this.#ids.set(text, id);
    return id;
  }
}

interface ScoreRow {
  readonly cluster: string;
  readonly node: string;
  readonly day: number;
  readonly scores: Uint8Array;
  readonly anomalies: Uint8Array | null;
}

interface Grid {
  readonly query: FleetScoresQuery;
  readonly first: number;
  readonly columns: number;
  readonly scores: Float32Array;
  readonly anomalies: Uint16Array;
}

function fillRow(grid: Grid, offset: number, row: ScoreRow): void {
  const { startMs, endMs, stepMs } = grid.query;
  const scores = floats(row.scores);
  const counts = row.anomalies === null ? undefined : shorts(row.anomalies);
  const gridMs = DAY_MS / scores.length;
  for (let i = 0; i < scores.length; i++) {
    const atMs = row.day * DAY_MS + i * gridMs;
    if (atMs < startMs || atMs >= endMs || Number.isNaN(scores[i]!)) continue;
    const cell = offset + Math.floor(atMs / stepMs) - grid.first;
    if (!(grid.scores[cell]! >= scores[i]!)) grid.scores[cell] = scores[i]!;
    const count = counts?.[i] ?? 0;
    if (count > grid.anomalies[cell]!) grid.anomalies[cell] = count;
  }
}

function placesOf(level: FleetLevel, rows: readonly ScoreRow[]): FleetPlace[] {
  const places: FleetPlace[] = [];
  for (const { cluster, node } of rows) {
    const last = places[places.length - 1];
    if (last?.clusterId === cluster && last.nodeId === node) continue;
    places.push({ level, clusterId: cluster, nodeId: node });
  }
  return places;
}

function textOf({ level, clusterId, nodeId }: FleetPlace): string {
  return `${level}\0${clusterId}\0${nodeId}`;
}

function bytesOf(column: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

function shorts(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.slice().buffer);
}
