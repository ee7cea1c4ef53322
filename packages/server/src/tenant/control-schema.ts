import type { DatabaseSync } from "node:sqlite";
import { AUDIT_SCHEMA } from "./audit-trail.ts";
import { TenantProblem } from "./tenant-problem.ts";
import { transaction } from "./transaction.ts";

/** Format of `control.db`, kept in its `user_version`. */
const CONTROL_VERSION = 3;

/** Brings a file to the format of this program. @throws TenantProblem for a newer format. */
export function migrate(db: DatabaseSync, path: string): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
  if (version > CONTROL_VERSION) {
    throw new TenantProblem(
      `${path} has format ${version}, this program knows ${CONTROL_VERSION}: use the newer program`,
    );
  }
  if (version === CONTROL_VERSION) return;
  transaction(db, () => {
    // Both only add what is missing, so that they bring every older format up as well.
    db.exec(CONTROL_SCHEMA);
    db.exec(AUDIT_SCHEMA);
    db.exec(`PRAGMA user_version = ${CONTROL_VERSION}`);
  });
}

/**
 * Times are epoch milliseconds. A key belongs to a tenant unless it is an operator key. A tenant is in
 * quarantine where `since_ms` is known, and has strikes only where it is not.
 */
const CONTROL_SCHEMA = `
CREATE TABLE IF NOT EXISTS tenant (
  id INTEGER PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64),
  created_ms INTEGER NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings))
) STRICT;
CREATE TABLE IF NOT EXISTS api_key (
  id INTEGER PRIMARY KEY,
  key_id TEXT NOT NULL UNIQUE,
  tenant_id INTEGER REFERENCES tenant (id),
  scope TEXT NOT NULL CHECK (scope IN ('ingest', 'read', 'manage', 'operator')),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  note TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  revoked_ms INTEGER,
  CHECK ((scope = 'operator') = (tenant_id IS NULL))
) STRICT;
CREATE TABLE IF NOT EXISTS quarantine (
  tenant_id INTEGER PRIMARY KEY REFERENCES tenant (id),
  strikes INTEGER NOT NULL,
  struck_ms INTEGER NOT NULL,
  since_ms INTEGER,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS api_key_of_tenant ON api_key (tenant_id);
`;
