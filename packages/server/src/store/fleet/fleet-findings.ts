import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { transaction } from "../sqlite/database.ts";
import { guarded } from "../sqlite/store-error.ts";

/** An entity that was presented to a person. Key: tenant and id. */
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

/** What findings were at the last checkpoint, where they have changed since: NULL = not there. */
export const FINDINGS_BEFORE_SCHEMA = `
  CREATE TABLE finding_before (
    tenant TEXT NOT NULL, id TEXT NOT NULL, row TEXT, PRIMARY KEY (tenant, id)
  ) STRICT`;

export const FINDINGS_SCHEMA = `
  CREATE TABLE finding (
    tenant TEXT NOT NULL, id TEXT NOT NULL, level TEXT NOT NULL, cluster TEXT NOT NULL,
    node TEXT NOT NULL, opened_ms REAL NOT NULL, closed_ms REAL, score REAL NOT NULL,
    payload TEXT NOT NULL, PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX finding_by_time ON finding (tenant, opened_ms);
  ${FINDINGS_BEFORE_SCHEMA}`;

const COLUMNS = `id, level, cluster AS clusterId, node AS nodeId, opened_ms AS openedMs,
  closed_ms AS closedMs, score, payload`;

/**
 * The findings of one tenant. They are written as they open, the fold that found them only with a
 * checkpoint; so what each was at the checkpoint is kept, and a start goes back to that.
 */
export class FindingsTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;
  /** Changed since the last checkpoint. */
  readonly #changed = new Set<string>();

  constructor(db: DatabaseSync, file: string, tenant: string) {
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
  }

  /** Adds or overwrites a finding. @throws StoreUnavailable. */
  put(finding: StoredFinding): void {
    transaction(this.#db, this.#file, () => {
      this.#remember(finding.id);
      this.#write(finding);
    });
  }

  #write(finding: StoredFinding): void {
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
    return transaction(this.#db, this.#file, () => {
      this.#remember(id);
      return this.#remove(id);
    });
  }

  /** Inside a checkpoint: what the findings are now belongs to the fold that it saves. */
  keep(): void {
    this.#run("DELETE FROM finding_before WHERE tenant = ?", this.#tenant);
  }

  /** The checkpoint of `keep` is durable. */
  kept(): void {
    this.#changed.clear();
  }

  /** Takes back all changes since the last checkpoint. The fold that was saved with it makes them again. */
  rollBack(): void {
    transaction(this.#db, this.#file, () => {
      const sql = "SELECT id, row FROM finding_before WHERE tenant = ?";
      for (const { id, row } of this.#db.prepare(sql).all(this.#tenant)) {
        this.#remove(String(id));
        if (row !== null) this.#write(JSON.parse(String(row)) as StoredFinding);
      }
      this.keep();
    });
    this.#changed.clear();
  }

  #remember(id: string): void {
    if (this.#changed.has(id)) return;
    const before = this.get(id);
    const row = before === undefined ? null : JSON.stringify(before);
    const sql = "INSERT OR IGNORE INTO finding_before VALUES (?, ?, ?)";
    this.#run(sql, this.#tenant, id, row);
    this.#changed.add(id);
  }

  #remove(id: string): boolean {
    return this.#run("DELETE FROM finding WHERE tenant = ? AND id = ?", this.#tenant, id) > 0;
  }

  /** Removes findings that opened after an instant: folding again from there makes them again. */
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
        AND ifnull(json_extract(payload, '$.explanation.settled'), 0) = 0
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
