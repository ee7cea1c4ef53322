import type { DatabaseSync, StatementSync } from "node:sqlite";
import { transaction } from "../sqlite/database.ts";
import { guarded } from "../sqlite/store-error.ts";

export type FleetLevel = "node" | "cluster" | "tenant";

/** An entity of one tenant; `nodeId` is "" for clusters, both are "" for the tenant. */
export interface FleetPlace {
  readonly level: FleetLevel;
  readonly clusterId: string;
  readonly nodeId: string;
}

/** One UTC day of an entity: one number per step of the tenant's grid, the same count every day. */
export interface FleetDay {
  readonly place: FleetPlace;
  /** Days since 1970-01-01. */
  readonly day: number;
  /** NaN where there is none. */
  readonly scores: Float32Array;
}

export const FLEET_SCORES_SCHEMA = `
  CREATE TABLE entity (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, level TEXT NOT NULL, cluster TEXT NOT NULL,
    node TEXT NOT NULL, UNIQUE (tenant, level, cluster, node)
  ) STRICT;
  CREATE TABLE score_day (
    day INTEGER NOT NULL, entity_id INTEGER NOT NULL, scores BLOB NOT NULL,
    PRIMARY KEY (day, entity_id)
  ) STRICT`;

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
    this.#save = db.prepare("INSERT OR REPLACE INTO score_day VALUES (?, ?, ?)");
    this.reload();
  }

  /** Reads the numbers of the entities again, after a transaction that assigned some was undone. */
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

  /** Scores of one entity and day; undefined when nothing is kept. The caller may change them. */
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
        for (const { place, day, scores } of days) {
          this.#save.run(day, this.#idOf(place), bytesOf(scores));
        }
      });
    } catch (error) {
      this.reload();
      throw error;
    }
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

function textOf({ level, clusterId, nodeId }: FleetPlace): string {
  return `${level}\0${clusterId}\0${nodeId}`;
}

function bytesOf(column: Float32Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
