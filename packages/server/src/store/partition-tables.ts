import type { DatabaseSync, StatementSync } from "node:sqlite";
import { EPISODE_SCHEMA } from "./episode-table.ts";
import type { HeadSnapshot } from "./log-record.ts";
import type { SeriesName } from "./series-dictionary.ts";
import { STATE_SCHEMA } from "./state-table.ts";

export const PARTITION_FORMAT = 1;

export const PARTITION_SCHEMA = `
  CREATE TABLE session (id INTEGER PRIMARY KEY, confirmed_seq INTEGER NOT NULL) STRICT;
  CREATE TABLE progress (
    only INTEGER PRIMARY KEY CHECK (only = 0),
    position INTEGER NOT NULL, head_position INTEGER NOT NULL
  ) STRICT;
  INSERT INTO progress VALUES (0, 0, 0);
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, cluster TEXT NOT NULL, node TEXT NOT NULL,
    metric TEXT NOT NULL, metadata TEXT NOT NULL
  ) STRICT;
  CREATE TABLE head (
    series_id INTEGER PRIMARY KEY, first_ms REAL NOT NULL, last_ms REAL NOT NULL,
    sealed_until_ms REAL NOT NULL, points INTEGER NOT NULL, tail INTEGER NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  CREATE TABLE log (position INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE lost (name TEXT NOT NULL, key INTEGER NOT NULL, data BLOB NOT NULL,
    reason TEXT NOT NULL) STRICT;
  ${STATE_SCHEMA};
  ${EPISODE_SCHEMA}`;

export type SavedHead = Omit<HeadSnapshot, "changedFromMs">;

/** The small tables of a partition: names, heads, log, sessions. No logic, only rows. */
export class PartitionTables {
  readonly #db: DatabaseSync;
  readonly #putSeries: StatementSync;
  readonly #putHead: StatementSync;
  readonly #putLog: StatementSync;
  readonly #putProgress: StatementSync;
  readonly #putSession: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#putSeries = db.prepare("INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?, ?, ?)");
    this.#putHead = db.prepare("INSERT OR REPLACE INTO head VALUES (?, ?, ?, ?, ?, ?, ?)");
    this.#putLog = db.prepare("INSERT INTO log VALUES (?, ?)");
    this.#putProgress = db.prepare("UPDATE progress SET position = ?, head_position = ?");
    this.#putSession = db.prepare("INSERT OR REPLACE INTO session VALUES (?, ?)");
  }

  sessions(): { id: number; confirmedSeq: number }[] {
    return this.#rows("SELECT id, confirmed_seq AS confirmedSeq FROM session");
  }

  putSession(id: number, confirmedSeq: number): void {
    this.#putSession.run(id, confirmedSeq);
  }

  progress(): { position: number; headPosition: number } {
    return this.#rows<{ position: number; headPosition: number }>(
      "SELECT position, head_position AS headPosition FROM progress",
    )[0]!;
  }

  putProgress(position: number, headPosition: number): void {
    this.#putProgress.run(position, headPosition);
  }

  /** Names by number, ascending. */
  *series(): Iterable<{ id: number; name: SeriesName }> {
    for (const row of this.#db.prepare("SELECT * FROM series ORDER BY id").iterate()) {
      const { id, tenant, cluster, node, metric, metadata } = row as Record<string, string>;
      yield {
        id: Number(id),
        name: {
          tenantId: tenant!,
          clusterId: cluster!,
          nodeId: node!,
          metricName: metric!,
          metadata: JSON.parse(metadata!),
        },
      };
    }
  }

  putSeries(id: number, name: SeriesName): void {
    const metadata = JSON.stringify(name.metadata);
    const { tenantId, clusterId, nodeId, metricName } = name;
    this.#putSeries.run(id, tenantId, clusterId, nodeId, metricName, metadata);
  }

  heads(): Iterable<SavedHead> {
    return this.#db
      .prepare(
        `SELECT series_id AS seriesId, first_ms AS firstMs, last_ms AS lastMs, tail,
          sealed_until_ms AS sealedUntilMs, points AS pointCount, data AS bytes FROM head`,
      )
      .iterate() as unknown as Iterable<SavedHead>;
  }

  putHead(head: SavedHead): void {
    const { seriesId, firstMs, lastMs, sealedUntilMs, pointCount, tail, bytes } = head;
    this.#putHead.run(seriesId, firstMs, lastMs, sealedUntilMs, pointCount, tail, bytes);
  }

  /** Log rows in order. */
  log(): Iterable<{ position: number; data: Uint8Array }> {
    return this.#db
      .prepare("SELECT position, data FROM log ORDER BY position")
      .iterate() as unknown as Iterable<{ position: number; data: Uint8Array }>;
  }

  putLog(position: number, data: Uint8Array): void {
    this.#putLog.run(position, data);
  }

  dropLog(upToPosition: number): void {
    this.#db.prepare("DELETE FROM log WHERE position <= ?").run(upToPosition);
  }

  /** Takes a row that does not decode out of its table, keeping its bytes. */
  setAside(table: "log" | "head", key: number, data: Uint8Array, reason: string): void {
    this.#db.prepare("INSERT INTO lost VALUES (?, ?, ?, ?)").run(table, key, data, reason);
    const column = table === "log" ? "position" : "series_id";
    this.#db.prepare(`DELETE FROM ${table} WHERE ${column} = ?`).run(key);
  }

  #rows<Row>(sql: string): Row[] {
    return this.#db.prepare(sql).all() as unknown as Row[];
  }
}
