import type { DatabaseSync, StatementSync } from "node:sqlite";
import { encodeHead, type HeadSnapshot } from "../log/log-record.ts";
import { decodeName, encodeName } from "../series/names-file.ts";
import type { SeriesName } from "../series/series-dictionary.ts";
import { ALARM_SCHEMA } from "./alarm-table.ts";
import { EPISODE_SCHEMA } from "./episode-table.ts";
import { STATE_SCHEMA } from "./state-table.ts";
import { STEP_STATE_SCHEMA } from "./step-states.ts";

export const PARTITION_FORMAT = 3;

/** What detection has seen; before format 2 a log row was deleted as soon as it was seen. */
const DETECTED = `
  CREATE TABLE detected (
    only INTEGER PRIMARY KEY CHECK (only = 0), position INTEGER NOT NULL
  ) STRICT;
  INSERT INTO detected VALUES (0, 0);`;

export const PARTITION_SCHEMA = `
  CREATE TABLE session (id INTEGER PRIMARY KEY, confirmed_seq INTEGER NOT NULL) STRICT;
  CREATE TABLE progress (
    only INTEGER PRIMARY KEY CHECK (only = 0),
    position INTEGER NOT NULL, head_position INTEGER NOT NULL
  ) STRICT;
  INSERT INTO progress VALUES (0, 0, 0);${DETECTED}
  CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
  CREATE TABLE head (series_id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE log (position INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE lost (name TEXT NOT NULL, key INTEGER NOT NULL, data BLOB NOT NULL,
    reason TEXT NOT NULL) STRICT;
  ${STATE_SCHEMA};
  ${EPISODE_SCHEMA};
  ${ALARM_SCHEMA}`;

/** Brings a file of an older format forward; inside a transaction. */
export function migratePartition(db: DatabaseSync, from: number): void {
  if (from < 2) db.exec(DETECTED);
  if (from < 3) db.exec(STEP_STATE_SCHEMA);
}

/** Every table with its number of columns. */
export const PARTITION_TABLES = {
  session: 2,
  progress: 3,
  detected: 2,
  series: 2,
  head: 2,
  log: 2,
  lost: 4,
  state: 4,
  state_step: 4,
  episode: 15,
  alarm: 10,
} as const;

/** The small tables of a partition: names, heads, log, sessions. No logic, only rows. */
export class PartitionTables {
  readonly #db: DatabaseSync;
  readonly #putSeries: StatementSync;
  readonly #putHead: StatementSync;
  readonly #putLog: StatementSync;
  readonly #putProgress: StatementSync;
  readonly #putSession: StatementSync;
  readonly #putDetected: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#putSeries = db.prepare("INSERT OR REPLACE INTO series VALUES (?, ?)");
    this.#putHead = db.prepare("INSERT OR REPLACE INTO head VALUES (?, ?)");
    this.#putLog = db.prepare("INSERT INTO log VALUES (?, ?)");
    this.#putProgress = db.prepare("UPDATE progress SET position = ?, head_position = ?");
    this.#putDetected = db.prepare("INSERT OR REPLACE INTO detected VALUES (0, ?)");
    this.#putSession = db.prepare("INSERT OR REPLACE INTO session VALUES (?, ?)");
  }

  sessions(): { id: number; confirmedSeq: number }[] {
    return this.#rows("SELECT id, confirmed_seq AS confirmedSeq FROM session");
  }

  putSession(id: number, confirmedSeq: number): void {
    this.#putSession.run(id, confirmedSeq);
  }

  /** `position` is never below that of a log row, even where the progress itself was lost. */
  progress(): { position: number; headPosition: number } {
    return this.#rows<{ position: number; headPosition: number }>(
      `SELECT max(position, (SELECT ifnull(max(position), 0) FROM log)) AS position,
        head_position AS headPosition FROM progress`,
    )[0]!;
  }

  putProgress(position: number, headPosition: number): void {
    this.#putProgress.run(position, headPosition);
  }

  /** Position in the log up to which detection had seen everything when that was last recorded. */
  detected(): number {
    return this.#rows<{ position: number }>("SELECT position FROM detected")[0]?.position ?? 0;
  }

  putDetected(position: number): void {
    this.#putDetected.run(position);
  }

  /** Names by number, ascending; undefined where a name is damaged. */
  *series(): Iterable<{ id: number; name: SeriesName | undefined }> {
    for (const row of this.#db.prepare("SELECT * FROM series ORDER BY id").iterate()) {
      const id = Number(row.id);
      const entry = decodeName(String(row.name));
      yield { id, name: entry?.[0] === id ? entry[1] : undefined };
    }
  }

  putSeries(id: number, name: SeriesName): void {
    this.#putSeries.run(id, encodeName(id, name));
  }

  /** Heads as saved; decode them with `decodeHead`. */
  heads(): Iterable<{ seriesId: number; data: Uint8Array }> {
    return this.#db
      .prepare("SELECT series_id AS seriesId, data FROM head")
      .iterate() as unknown as Iterable<{ seriesId: number; data: Uint8Array }>;
  }

  /** The head holds all log records up to and including `position`. */
  putHead(head: HeadSnapshot, position: number): void {
    this.#putHead.run(head.seriesId, encodeHead(head, position));
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
