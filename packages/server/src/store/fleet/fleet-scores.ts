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

/** Steps of a day whose scores are one value. */
export const BLOCK_STEPS = 256;

/** Some steps of a UTC day of an entity: one number per step of the tenant's grid. */
export interface ScoreBlock {
  readonly place: FleetPlace;
  /** Days since 1970-01-01. */
  readonly day: number;
  /** The steps [block, block + 1) x BLOCK_STEPS of the day; the last one may be shorter. */
  readonly block: number;
  /** NaN where there is none. */
  readonly scores: Float32Array;
}

/** Until format 3 a day was one value in `score_day`; such days are read, and blocks laid over them. */
export const SCORE_BLOCK_SCHEMA = `
  CREATE TABLE score_block (
    day INTEGER NOT NULL, entity_id INTEGER NOT NULL, block INTEGER NOT NULL, scores BLOB NOT NULL,
    PRIMARY KEY (day, entity_id, block)
  ) STRICT, WITHOUT ROWID`;

export const FLEET_SCORES_SCHEMA = `
  CREATE TABLE entity (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, level TEXT NOT NULL, cluster TEXT NOT NULL,
    node TEXT NOT NULL, UNIQUE (tenant, level, cluster, node)
  ) STRICT;
  CREATE TABLE score_day (
    day INTEGER NOT NULL, entity_id INTEGER NOT NULL, scores BLOB NOT NULL,
    PRIMARY KEY (day, entity_id)
  ) STRICT;
  ${SCORE_BLOCK_SCHEMA}`;

/** Score history of one tenant's entities: rows of some steps of an entity's UTC day. */
export class FleetScoresTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;
  readonly #ids = new Map<string, number>();
  readonly #loadDay: StatementSync;
  readonly #load: StatementSync;
  readonly #save: StatementSync;

  constructor(db: DatabaseSync, file: string, tenant: string) {
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
    this.#loadDay = db.prepare("SELECT scores FROM score_day WHERE day = ? AND entity_id = ?");
    this.#load = db.prepare(
      "SELECT block, scores FROM score_block WHERE day = ? AND entity_id = ? ORDER BY block",
    );
    this.#save = db.prepare("INSERT OR REPLACE INTO score_block VALUES (?, ?, ?, ?)");
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

  /**
   * Visits what is kept of an entity's day: columns of scores and the step of the day at which each begins.
   * A later one overrides an earlier one. The visitor may keep them.
   */
  load(
    place: FleetPlace,
    day: number,
    visit: (firstStep: number, scores: Float32Array) => void,
  ): void {
    const id = this.#ids.get(textOf(place));
    if (id === undefined) return;
    guarded(this.#file, () => {
      const whole = this.#loadDay.get(day, id);
      if (whole !== undefined) visit(0, floats(whole.scores as Uint8Array));
      for (const { block, scores } of this.#load.all(day, id)) {
        visit(Number(block) * BLOCK_STEPS, floats(scores as Uint8Array));
      }
    });
  }

  /** Adds or overwrites blocks, all or none. @throws StoreUnavailable. */
  save(blocks: readonly ScoreBlock[]): void {
    try {
      transaction(this.#db, this.#file, () => {
        for (const { place, day, block, scores } of blocks) {
          this.#save.run(day, this.#idOf(place), block, bytesOf(scores));
        }
      });
    } catch (error) {
      this.reload();
      throw error;
    }
  }

  /**
   * What is kept is of other steps than what will be: it is not read any more, under names that no entity has, and
   * goes with its days. Cost: O(entities). To be followed by `reload`.
   */
  setAside(): void {
    guarded(this.#file, () =>
      this.#db
        .prepare(
          `UPDATE entity SET level = level || ' until ' || (SELECT max(id) FROM entity)
           WHERE tenant = ? AND instr(level, ' ') = 0`,
        )
        .run(this.#tenant),
    );
  }

  /** Deletes whole days before `day`; of this tenant only. */
  dropBefore(day: number): void {
    for (const table of ["score_day", "score_block"]) {
      guarded(this.#file, () =>
        this.#db
          .prepare(
            `DELETE FROM ${table} WHERE day < ?
             AND entity_id IN (SELECT id FROM entity WHERE tenant = ?)`,
          )
          .run(day, this.#tenant),
      );
    }
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
