import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { guarded } from "../sqlite/store-error.ts";

/** An entity that was put before a person. Key: tenant and id. */
export interface StoredFinding {
  readonly id: string;
  readonly level: "node" | "cluster";
  readonly clusterId: string;
  /** "" for a cluster's. */
  readonly nodeId: string;
  readonly openedMs: number;
  /** Null while open. */
  readonly closedMs: number | null;
  readonly score: number;
  /** JSON: all that the API shows beside the columns. */
  readonly payload: string;
}

export interface FindingsQuery {
  /** Findings that were open at some time in [startMs, endMs), newest opening first. */
  readonly startMs: number;
  readonly endMs: number;
  readonly limit: number;
  /** Begin after this row of the page before. */
  readonly after?: { readonly openedMs: number; readonly id: string } | undefined;
}

export const FINDINGS_SCHEMA = `
  CREATE TABLE finding (
    tenant TEXT NOT NULL, id TEXT NOT NULL, level TEXT NOT NULL, cluster TEXT NOT NULL,
    node TEXT NOT NULL, opened_ms REAL NOT NULL, closed_ms REAL, score REAL NOT NULL,
    payload TEXT NOT NULL, PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX finding_by_time ON finding (tenant, opened_ms)`;

const COLUMNS = `id, level, cluster AS clusterId, node AS nodeId, opened_ms AS openedMs,
  closed_ms AS closedMs, score, payload`;

/** The findings of one tenant. */
export class FindingsTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;

  constructor(db: DatabaseSync, file: string, tenant: string) {
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
  }

  /** Adds or overwrites a finding. @throws StoreUnavailable. */
  put(finding: StoredFinding): void {
    const { id, level, clusterId, nodeId, openedMs, closedMs, score, payload } = finding;
    this.#run(
      "INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      this.#tenant,
      id,
      level,
      clusterId,
      nodeId,
      openedMs,
      closedMs,
      score,
      payload,
    );
  }

  /** Whether there was such a finding. */
  delete(id: string): boolean {
    return this.#run("DELETE FROM finding WHERE tenant = ? AND id = ?", this.#tenant, id) > 0;
  }

  /** Removes findings that opened after an instant: what is folded again from there makes them anew. */
  deleteOpenedAfter(openedMs: number): void {
    this.#run("DELETE FROM finding WHERE tenant = ? AND opened_ms > ?", this.#tenant, openedMs);
  }

  get(id: string): StoredFinding | undefined {
    const sql = `SELECT ${COLUMNS} FROM finding WHERE tenant = ? AND id = ?`;
    return this.#rows(sql, this.#tenant, id)[0];
  }

  list({ startMs, endMs, limit, after }: FindingsQuery): StoredFinding[] {
    const page = after === undefined ? "" : "AND (-opened_ms, id) > (-?, ?)";
    const sql = `SELECT ${COLUMNS} FROM finding
      WHERE tenant = ? AND opened_ms < ? AND (closed_ms IS NULL OR closed_ms > ?) ${page}
      ORDER BY opened_ms DESC, id LIMIT ?`;
    const cursor = after === undefined ? [] : [after.openedMs, after.id];
    return this.#rows(sql, this.#tenant, endMs, startMs, ...cursor, limit);
  }

  /** Findings whose payload is of an older version than `version`, or of none. */
  olderThan(version: number): StoredFinding[] {
    const sql = `SELECT ${COLUMNS} FROM finding
      WHERE tenant = ? AND ifnull(json_extract(payload, '$.version'), 0) < ?`;
    return this.#rows(sql, this.#tenant, version);
  }

  /** Closed findings whose explanation may still change, or was never made. Oldest opening first. */
  unsettled(): StoredFinding[] {
    const sql = `SELECT ${COLUMNS} FROM finding
      WHERE tenant = ? AND closed_ms IS NOT NULL
        AND ifnull(json_extract(payload, '$.told.settled'), 0) = 0
      ORDER BY opened_ms, id`;
    return this.#rows(sql, this.#tenant);
  }

  /** Findings that opened in [startMs, endMs). */
  countOpened(startMs: number, endMs: number): number {
    const sql =
      "SELECT count(*) AS n FROM finding WHERE tenant = ? AND opened_ms >= ? AND opened_ms < ?";
    return guarded(this.#file, () =>
      Number(this.#db.prepare(sql).get(this.#tenant, startMs, endMs)?.n ?? 0),
    );
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return guarded(this.#file, () => Number(this.#db.prepare(sql).run(...values).changes));
  }

  #rows(sql: string, ...values: SQLInputValue[]): StoredFinding[] {
    return guarded(this.#file, () =>
      this.#db.prepare(sql).all(...values),
    ) as unknown as StoredFinding[];
  }
}
