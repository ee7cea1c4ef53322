import type { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "@foreshock/core/fold";

/** What somebody did to tenants, keys or limits. Never a key's text: only its public id. */
export interface AuditEntry {
  readonly atMs: EpochMs;
  /** Who did it: `cli:<user>` for the command line, `server` for the server itself. */
  readonly actor: string;
  readonly action: AuditAction;
  readonly tenant: string | null;
  /** What it was done to or with: a key's id and scope, the settings that were given. */
  readonly subject: string;
}

export type AuditAction =
  | "tenant created"
  | "key created"
  | "key revoked"
  | "settings changed"
  | "tenant quarantined"
  | "tenant released";

/** Entries that are kept; older ones have been logged long since. */
const ENTRIES_MAX = 10_000;
/** Entries that are read at a time. */
const PAGE = 100;

/** Times are epoch milliseconds. `audit_mark` holds the newest entry that a server has logged. */
export const AUDIT_SCHEMA = `
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  tenant TEXT,
  subject TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS audit_mark (one INTEGER PRIMARY KEY CHECK (one = 1), logged_id INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO audit_mark VALUES (1, 0);
`;

/**
 * Who changed tenants, keys and limits, kept beside them: the command line changes them while no
 * server runs, and the next server logs what was done.
 */
export class AuditTrail {
  readonly #db: DatabaseSync;
  readonly #now: () => EpochMs;
  readonly #actor: string;

  constructor(db: DatabaseSync, now: () => EpochMs, actor: string) {
    this.#db = db;
    this.#now = now;
    this.#actor = actor;
  }

  /** To be called in the transaction of the change itself. */
  add(action: AuditAction, tenant: string | null, subject: string): void {
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO audit (at_ms, actor, action, tenant, subject) VALUES (?, ?, ?, ?, ?)")
      .run(this.#now(), this.#actor, action, tenant, subject);
    this.#db.prepare("DELETE FROM audit WHERE id <= ?").run(Number(lastInsertRowid) - ENTRIES_MAX);
  }

  /** Entries that no server has logged yet, oldest first; from then on they count as logged. */
  takeUnlogged(): AuditEntry[] {
    const rows = this.#db
      .prepare(
        `SELECT id, at_ms, actor, action, tenant, subject FROM audit
         WHERE id > (SELECT logged_id FROM audit_mark) ORDER BY id LIMIT ${PAGE}`,
      )
      .all();
    const last = rows.at(-1);
    if (last === undefined) return [];
    this.#db.prepare("UPDATE audit_mark SET logged_id = ?").run(Number(last.id));
    return rows.map(({ at_ms, actor, action, tenant, subject }) => ({
      atMs: Number(at_ms),
      actor: String(actor),
      action: String(action) as AuditAction,
      tenant: tenant === null ? null : String(tenant),
      subject: String(subject),
    }));
  }
}
