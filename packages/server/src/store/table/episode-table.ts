import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { transaction } from "../sqlite/database.ts";
import { guarded } from "../sqlite/store-error.ts";

/** A run of anomalous points of one series, as one engine saw it. Key: series, engine, windowStartMs. */
export interface EpisodeEntry {
  readonly seriesId: number;
  readonly engine: string;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly onsetMs: number;
  readonly peakMs: number;
  readonly score: number;
  readonly p: number;
  readonly intervalMs: number;
  /** Null until it is classified. */
  readonly label: string | null;
  readonly kind: string | null;
  readonly magnitude: number;
  /** Still going on at the newest point. */
  readonly open: boolean;
  /** JSON for the API: explanation and what else goes with it. */
  readonly payload: string;
}

export interface EpisodeQuery {
  /** Only series of this tenant. */
  readonly tenantId: string;
  /** Episodes that overlap [startMs, endMs). */
  readonly startMs: number;
  readonly endMs: number;
  readonly minScore?: number | undefined;
  readonly label?: string | undefined;
  readonly seriesIds?: readonly number[] | undefined;
  /** Highest score first, or newest start first; equals by start, series, engine. */
  readonly sort: "score" | "time";
  readonly limit: number;
  /** Begin after this row of the page before. */
  readonly after?: EpisodeCursor | undefined;
}

/** Where a page ended. */
export interface EpisodeCursor {
  readonly score: number;
  readonly windowStartMs: number;
  readonly seriesId: number;
  readonly engine: string;
}

export const EPISODE_SCHEMA = `
  CREATE TABLE episode (
    series_id INTEGER NOT NULL, engine TEXT NOT NULL, window_start_ms REAL NOT NULL,
    tenant TEXT NOT NULL, window_end_ms REAL NOT NULL, onset_ms REAL NOT NULL,
    peak_ms REAL NOT NULL, score REAL NOT NULL, p REAL NOT NULL, interval_ms REAL NOT NULL,
    label TEXT, kind TEXT, magnitude REAL NOT NULL, open INTEGER NOT NULL, payload TEXT NOT NULL,
    PRIMARY KEY (series_id, engine, window_start_ms)
  ) STRICT;
  CREATE INDEX episode_by_end ON episode (tenant, window_end_ms)`;

const COLUMNS = `series_id AS seriesId, engine, window_start_ms AS windowStartMs,
  window_end_ms AS windowEndMs, onset_ms AS onsetMs, peak_ms AS peakMs, score, p,
  interval_ms AS intervalMs, label, kind, magnitude, open, payload`;

const ORDER = {
  score: "score DESC, window_start_ms DESC, series_id, engine",
  time: "window_start_ms DESC, series_id, engine",
} as const;

// Row values compare column by column; the minus turns descending columns into ascending ones.
const AFTER = {
  score: "(-score, -window_start_ms, series_id, engine) > (-?, -?, ?, ?)",
  time: "(-window_start_ms, series_id, engine) > (-?, ?, ?)",
} as const;

/** The episodes of the series of a partition. */
export class EpisodeTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #put: StatementSync;
  readonly #deleteFrom: StatementSync;
  readonly #get: StatementSync;
  readonly #tenantOf: (seriesId: number) => string;

  constructor(db: DatabaseSync, file: string, tenantOf: (seriesId: number) => string) {
    this.#db = db;
    this.#file = file;
    this.#tenantOf = tenantOf;
    const marks = Array.from({ length: 15 }, () => "?").join(", ");
    this.#put = db.prepare(`INSERT OR REPLACE INTO episode VALUES (${marks})`);
    this.#deleteFrom = db.prepare(
      "DELETE FROM episode WHERE series_id = ? AND engine = ? AND window_end_ms > ?",
    );
    this.#get = db.prepare(
      `SELECT ${COLUMNS} FROM episode
       WHERE series_id = ? AND engine = ? AND window_start_ms = ?`,
    );
  }

  /** Adds or overwrites episodes, all or none. @throws StoreUnavailable. */
  put(rows: readonly EpisodeEntry[]): void {
    transaction(this.#db, this.#file, () => {
      for (const row of rows) this.#put.run(...this.#valuesOf(row));
    });
  }

  /** Removes the episodes of a series that end after `fromMs` (a re-detection makes them again). */
  deleteFrom(seriesId: number, engine: string, fromMs: number): void {
    guarded(this.#file, () => this.#deleteFrom.run(seriesId, engine, fromMs));
  }

  /** Removes episodes that ended at or before `endMs`; returns how many. */
  dropBefore(endMs: number): number {
    return guarded(this.#file, () =>
      Number(this.#db.prepare("DELETE FROM episode WHERE window_end_ms <= ?").run(endMs).changes),
    );
  }

  get(seriesId: number, engine: string, windowStartMs: number): EpisodeEntry | undefined {
    const row = guarded(this.#file, () => this.#get.get(seriesId, engine, windowStartMs));
    return row === undefined ? undefined : episodeOf(row);
  }

  /** One page of episodes in the order asked for. */
  query(query: EpisodeQuery): EpisodeEntry[] {
    const { sql, values } = selectOf(query);
    return guarded(this.#file, () => this.#db.prepare(sql).all(...values)).map(episodeOf);
  }

  /** Episodes that fit, without limit and cursor. */
  count(query: Omit<EpisodeQuery, "sort" | "limit" | "after">): number {
    const { where, values } = conditionsOf(query);
    const sql = `SELECT count(*) AS n FROM episode WHERE ${where}`;
    return guarded(this.#file, () => Number(this.#db.prepare(sql).get(...values)?.n ?? 0));
  }

  #valuesOf(row: EpisodeEntry): SQLInputValue[] {
    return [
      row.seriesId,
      row.engine,
      row.windowStartMs,
      this.#tenantOf(row.seriesId),
      row.windowEndMs,
      row.onsetMs,
      row.peakMs,
      row.score,
      row.p,
      row.intervalMs,
      row.label,
      row.kind,
      row.magnitude,
      row.open ? 1 : 0,
      row.payload,
    ];
  }
}

function selectOf(query: EpisodeQuery): { sql: string; values: SQLInputValue[] } {
  const { where, values } = conditionsOf(query);
  const { sort, after, limit } = query;
  let page = "";
  if (after !== undefined) {
    page = `AND ${AFTER[sort]}`;
    if (sort === "score") values.push(after.score);
    values.push(after.windowStartMs, after.seriesId, after.engine);
  }
  values.push(limit);
  const sql = `SELECT ${COLUMNS} FROM episode WHERE ${where} ${page} ORDER BY ${ORDER[sort]} LIMIT ?`;
  return { sql, values };
}

function conditionsOf(query: Omit<EpisodeQuery, "sort" | "limit" | "after">): {
  where: string;
  values: SQLInputValue[];
} {
  const parts = ["tenant = ?", "window_end_ms > ?", "window_start_ms < ?"];
  const values: SQLInputValue[] = [query.tenantId, query.startMs, query.endMs];
  if (query.minScore !== undefined) {
    parts.push("score >= ?");
    values.push(query.minScore);
  }
  if (query.label !== undefined) {
    parts.push("label = ?");
    values.push(query.label);
  }
  if (query.seriesIds !== undefined) {
    parts.push("series_id IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify(query.seriesIds));
  }
  return { where: parts.join(" AND "), values };
}

function episodeOf(row: Record<string, unknown>): EpisodeEntry {
  return { ...(row as unknown as EpisodeEntry), open: row.open === 1 };
}
