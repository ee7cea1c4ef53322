/** Format of `control.db`, kept in its `user_version`. */
export const CONTROL_VERSION = 2;

/**
 * Times are epoch milliseconds. A key belongs to a tenant unless it is an operator key. A tenant is in
 * quarantine where `since_ms` is known, and has strikes only where it is not.
 */
export const CONTROL_SCHEMA = `
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
