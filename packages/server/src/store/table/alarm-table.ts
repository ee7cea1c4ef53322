import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { AlarmOutcome } from "@foreshock/core/fold";
import { transaction } from "../sqlite/database.ts";
import { guarded } from "../sqlite/store-error.ts";

/** One alarm of a series, from its opening to its close. Key: series and opening. */
export interface AlarmEntry {
  readonly seriesId: number;
  readonly openedMs: number;
  /** Newest point that kept it up; of an open alarm, when it was written. */
  readonly lastMs: number;
  /** Null while open. */
  readonly closedMs: number | null;
  readonly evidenceDays: number;
  readonly score: number;
  /** Null where it was never held. */
  readonly heldFromMs: number | null;
  readonly heldToMs: number | null;
  readonly outcome: AlarmOutcome;
}

export interface AlarmTableQuery {
  /** Only series of this tenant. */
  readonly tenantId: string;
  /** Alarms that were open at some time in [startMs, endMs), newest opening first, then by series. */
  readonly startMs: number;
  readonly endMs: number;
  readonly minScore: number;
  /** Left out: open and closed ones. */
  readonly state?: "open" | "closed" | undefined;
  readonly seriesIds?: readonly number[] | undefined;
  readonly limit: number;
  /** Begin after this row of the page before. */
  readonly after?: AlarmCursor | undefined;
}

/** Where a page ended. */
export interface AlarmCursor {
  readonly openedMs: number;
  readonly seriesId: number;
}

/** Partitions from before there were alarms get the table when they are opened. */
export const ALARM_SCHEMA = `
  CREATE TABLE IF NOT EXISTS alarm (
    series_id INTEGER NOT NULL, opened_ms REAL NOT NULL, tenant TEXT NOT NULL,
    last_ms REAL NOT NULL, closed_ms REAL, evidence_days REAL NOT NULL, score REAL NOT NULL,
    held_from_ms REAL, held_to_ms REAL, outcome TEXT NOT NULL,
    PRIMARY KEY (series_id, opened_ms)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alarm_by_opening ON alarm (tenant, opened_ms)`;

const COLUMNS = `series_id AS seriesId, opened_ms AS openedMs, last_ms AS lastMs,
  closed_ms AS closedMs, evidence_days AS evidenceDays, score,
  held_from_ms AS heldFromMs, held_to_ms AS heldToMs, outcome`;

/** The alarms of the series of a partition. */
export class AlarmTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #put: StatementSync;
  readonly #deleteFrom: StatementSync;
  readonly #tenantOf: (seriesId: number) => string;

  constructor(db: DatabaseSync, file: string, tenantOf: (seriesId: number) => string) {
    this.#db = db;
    this.#file = file;
    this.#tenantOf = tenantOf;
    db.exec(ALARM_SCHEMA);
    this.#put = db.prepare("INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#deleteFrom = db.prepare(
      "DELETE FROM alarm WHERE series_id = ? AND (closed_ms IS NULL OR closed_ms > ?)",
    );
  }

  /** Adds or overwrites alarms, all or none. @throws StoreUnavailable. */
  put(rows: readonly AlarmEntry[]): void {
    transaction(this.#db, this.#file, () => {
      for (const row of rows) {
        this.#put.run(
          row.seriesId,
          row.openedMs,
          this.#tenantOf(row.seriesId),
          row.lastMs,
          row.closedMs,
          row.evidenceDays,
          row.score,
          row.heldFromMs,
          row.heldToMs,
          row.outcome,
        );
      }
    });
  }

  /** Removes the alarms of a series that were open after `fromMs` (a re-detection makes them again). */
  deleteFrom(seriesId: number, fromMs: number): void {
    guarded(this.#file, () => this.#deleteFrom.run(seriesId, fromMs));
  }

  /** One page of alarms. */
  query(query: AlarmTableQuery): AlarmEntry[] {
    const parts = ["tenant = ?", "opened_ms < ?", "(closed_ms IS NULL OR closed_ms > ?)"];
    const values: SQLInputValue[] = [query.tenantId, query.endMs, query.startMs];
    parts.push("score >= ?");
    values.push(query.minScore);
    if (query.state !== undefined) {
      parts.push(query.state === "open" ? "closed_ms IS NULL" : "closed_ms IS NOT NULL");
    }
    if (query.seriesIds !== undefined) {
      parts.push("series_id IN (SELECT value FROM json_each(?))");
      values.push(JSON.stringify(query.seriesIds));
    }
    if (query.after !== undefined) {
      // The minus turns the descending column into an ascending one: row values compare in order.
      parts.push("(-opened_ms, series_id) > (-?, ?)");
      values.push(query.after.openedMs, query.after.seriesId);
    }
    values.push(query.limit);
    const sql = `SELECT ${COLUMNS} FROM alarm WHERE ${parts.join(" AND ")}
      ORDER BY opened_ms DESC, series_id LIMIT ?`;
    return guarded(this.#file, () =>
      this.#db.prepare(sql).all(...values),
    ) as unknown as AlarmEntry[];
  }
}
