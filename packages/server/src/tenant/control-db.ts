import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EpochMs } from "@foreshock/core/fold";
import { newToken, parseKey, type Scope } from "./api-key.ts";
import { AuditTrail } from "./audit-trail.ts";
import { migrate } from "./control-schema.ts";
import { openControl } from "./open-control.ts";
import { QuarantineTable } from "./quarantine-table.ts";
import { TenantProblem } from "./tenant-problem.ts";
import {
  DEFAULT_SETTINGS,
  demandFreeGrid,
  mergedPatch,
  patched,
  type SettingsPatch,
  type TenantSettings,
} from "./tenant-settings.ts";
import { transaction } from "./transaction.ts";

export { TenantProblem };

/** A tenant's name: also a folder's name, so nothing in it can climb out of one. */
export const TENANT_SLUG = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export interface TenantRecord {
  readonly slug: string;
  readonly createdAt: EpochMs;
}

export interface KeyRecord {
  /** Public name: prefix and the first characters, e.g. `fsk_ro_3fJk92Qa`. */
  readonly keyId: string;
  /** Null for operator keys, which name their tenant with each request. */
  readonly tenant: string | null;
  readonly scope: Scope;
  readonly note: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs | null;
  readonly revokedAt: EpochMs | null;
}

export interface StoredKey extends KeyRecord {
  readonly hash: Uint8Array;
}

export interface NewKey {
  /** Must be given unless the scope is operator, and must not be given then. */
  readonly tenant?: string | undefined;
  readonly scope: Scope;
  readonly expiresAt?: EpochMs | undefined;
  readonly note?: string | undefined;
}

/** Keys a tenant may have that are neither revoked nor expired. Source: limits table. */
const KEYS_MAX = 50;
const NOTE_CHARS_MAX = 200;

/**
 * Tenants, their keys and settings in `<data>/control.db`. Several processes may have it open: the
 * server reads while the command line creates and revokes keys. Every change is on disk on return.
 */
export class ControlDb {
  /** Tenants whose work ended threads. */
  readonly quarantine: QuarantineTable;
  readonly #db: DatabaseSync;
  readonly #now: () => EpochMs;
  readonly #keysById: StatementSync;
  /** Who changed what. */
  readonly audit: AuditTrail;
  #settingsRevision = 0;

  private constructor(db: DatabaseSync, now: () => EpochMs, actor: string) {
    this.#db = db;
    this.#now = now;
    this.audit = new AuditTrail(db, now, actor);
    this.quarantine = new QuarantineTable(db, now, this.audit);
    this.#keysById = db.prepare(`${SELECT_KEY} WHERE k.key_id = ?`);
  }

  /**
   * Makes file and folder where they are missing.
   *
   * @param actor who is named for changes made through this object.
   * @throws TenantProblem where it cannot be used.
   */
  static open(path: string, now: () => EpochMs, actor = "server"): ControlDb {
    const db = openControl(path, (made) => migrate(made, path));
    return new ControlDb(db, now, actor);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  /** The tenant, created where it is new. @throws TenantProblem when the name is not a slug. */
  ensureTenant(slug: string): TenantRecord {
    if (!TENANT_SLUG.test(slug)) {
      throw new TenantProblem(
        `tenant "${slug}": use a-z, 0-9, dot, dash and underscore, at most 64, starting with a letter or digit`,
      );
    }
    const known = this.tenant(slug);
    if (known !== undefined) return known;
    transaction(this.#db, () => {
      const { changes } = this.#db
        .prepare("INSERT INTO tenant (slug, created_ms) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .run(slug, this.#now());
      if (changes > 0) this.audit.add("tenant created", slug, "");
    });
    return this.tenant(slug)!;
  }

  tenant(slug: string): TenantRecord | undefined {
    const row = this.#db.prepare("SELECT slug, created_ms FROM tenant WHERE slug = ?").get(slug);
    return row === undefined ? undefined : tenantOf(row);
  }

  /** All tenants, sorted by slug. */
  tenants(): TenantRecord[] {
    return this.#db
      .prepare("SELECT slug, created_ms FROM tenant ORDER BY slug")
      .all()
      .map(tenantOf);
  }

  /** What applies to a tenant: its own settings over the defaults. For an unknown one the defaults. */
  settings(slug: string): TenantSettings {
    return patched(DEFAULT_SETTINGS, this.#ownSettings(slug));
  }

  /** Grows with every change that this process makes to settings, so that caches can tell. */
  get settingsRevision(): number {
    return this.#settingsRevision;
  }

  /**
   * Applies a patch to a tenant's settings. Running servers apply it within seconds, all of it at run
   * time; `stepMs` is refused once the tenant's grid is fixed.
   *
   * @throws SettingsProblem | TenantProblem.
   */
  changeSettings(slug: string, patch: SettingsPatch): TenantSettings {
    this.#demandTenant(slug);
    const before = this.#ownSettings(slug);
    demandFreeGrid(before.gridMs, patch.stepMs);
    const own = mergedPatch(before, patch);
    const settings = patched(DEFAULT_SETTINGS, own);
    transaction(this.#db, () => {
      this.#putSettings(slug, { ...own, ...gridOf(before) });
      this.audit.add("settings changed", slug, JSON.stringify(patch).slice(0, NOTE_CHARS_MAX));
    });
    return settings;
  }

  /** The tenant's scores are kept on this grid from now on: `stepMs` can no longer be chosen. */
  fixGrid(slug: string, gridMs: number): void {
    const own = this.#ownSettings(slug);
    if (own.gridMs !== gridMs) this.#putSettings(slug, { ...own, gridMs });
  }

  /** The token is shown here once and never again. @throws TenantProblem. */
  createKey(given: NewKey): { token: string; key: KeyRecord } {
    const { scope } = given;
    if ((scope === "operator") !== (given.tenant === undefined)) {
      throw new TenantProblem(
        scope === "operator"
          ? "an operator key does not belong to a tenant: leave the tenant out"
          : `a key with scope ${scope} needs a tenant`,
      );
    }
    if (given.tenant !== undefined) {
      this.#demandTenant(given.tenant);
      this.#demandRoom(given.tenant);
    }
    if (given.expiresAt !== undefined && !(given.expiresAt > this.#now())) {
      throw new TenantProblem("the key would already be expired: give a later time");
    }
    const token = newToken(scope);
    const { keyId, hash } = parseKey(token)!;
    const note = (given.note ?? "").slice(0, NOTE_CHARS_MAX);
    const { tenant = null, expiresAt = null } = given;
    transaction(this.#db, () => {
      this.#db
        .prepare(
          `INSERT INTO api_key (key_id, tenant_id, scope, hash, note, created_ms, expires_ms)
           VALUES (?, (SELECT id FROM tenant WHERE slug = ?), ?, ?, ?, ?, ?)`,
        )
        .run(keyId, tenant, scope, hash, note, this.#now(), expiresAt);
      this.audit.add("key created", tenant, `${keyId} (${scope})`);
    });
    return { token, key: this.key(keyId)! };
  }

  key(keyId: string): KeyRecord | undefined {
    const row = this.#keysById.get(keyId);
    return row === undefined ? undefined : withoutHash(keyOf(row));
  }

  /** With the hash, for the keyring only. */
  storedKey(keyId: string): StoredKey | undefined {
    const row = this.#keysById.get(keyId);
    return row === undefined ? undefined : keyOf(row);
  }

  /** Keys of one tenant, or all of them; oldest first, revoked ones too. */
  keys(tenant?: string): KeyRecord[] {
    const rows =
      tenant === undefined
        ? this.#db.prepare(`${SELECT_KEY} ORDER BY k.id`).all()
        : this.#db.prepare(`${SELECT_KEY} WHERE t.slug = ? ORDER BY k.id`).all(tenant);
    return rows.map((row) => withoutHash(keyOf(row)));
  }

  /** Takes a key back for good; twice is the same as once. @throws TenantProblem when unknown. */
  revokeKey(keyId: string): KeyRecord {
    const key = this.key(keyId);
    if (key === undefined) {
      throw new TenantProblem(`no key "${keyId}": see the ids in \`foreshock keys list\``);
    }
    transaction(this.#db, () => {
      const { changes } = this.#db
        .prepare("UPDATE api_key SET revoked_ms = ? WHERE key_id = ? AND revoked_ms IS NULL")
        .run(this.#now(), keyId);
      if (changes > 0) this.audit.add("key revoked", key.tenant, `${keyId} (${key.scope})`);
    });
    return this.key(keyId)!;
  }

  /** Only what differs is stored, so that a better default reaches every tenant. */
  #ownSettings(slug: string): StoredSettings {
    const row = this.#db.prepare("SELECT settings FROM tenant WHERE slug = ?").get(slug);
    return JSON.parse(String(row?.settings ?? "{}")) as StoredSettings;
  }

  #putSettings(slug: string, own: StoredSettings): void {
    this.#db
      .prepare("UPDATE tenant SET settings = ? WHERE slug = ?")
      .run(JSON.stringify(own), slug);
    this.#settingsRevision++;
  }

  #demandTenant(slug: string): void {
    if (this.tenant(slug) === undefined) {
      throw new TenantProblem(`no tenant "${slug}": make it with \`foreshock tenants create\``);
    }
  }

  #demandRoom(slug: string): void {
    const row = this.#db
      .prepare(
        `SELECT count(*) AS live FROM api_key k JOIN tenant t ON t.id = k.tenant_id
         WHERE t.slug = ? AND k.revoked_ms IS NULL AND (k.expires_ms IS NULL OR k.expires_ms > ?)`,
      )
      .get(slug, this.#now());
    if (Number(row?.live) >= KEYS_MAX) {
      throw new TenantProblem(`tenant "${slug}" has ${KEYS_MAX} keys: revoke one first`);
    }
  }
}

/** What `control.db` holds of a tenant's settings. */
interface StoredSettings extends SettingsPatch {
  /** The grid that the tenant's scores are kept on, once it is fixed. */
  readonly gridMs?: number;
}

function gridOf({ gridMs }: StoredSettings): Pick<StoredSettings, "gridMs"> {
  return gridMs === undefined ? {} : { gridMs };
}

type Row = Readonly<Record<string, unknown>>;

const SELECT_KEY = `SELECT k.key_id, t.slug, k.scope, k.hash, k.note, k.created_ms, k.expires_ms,
  k.revoked_ms FROM api_key k LEFT JOIN tenant t ON t.id = k.tenant_id`;

function tenantOf(row: Row): TenantRecord {
  return { slug: String(row.slug), createdAt: Number(row.created_ms) };
}

function keyOf(row: Row): StoredKey {
  return {
    keyId: String(row.key_id),
    tenant: typeof row.slug === "string" ? row.slug : null,
    scope: String(row.scope) as Scope,
    hash: row.hash as Uint8Array,
    note: String(row.note),
    createdAt: Number(row.created_ms),
    expiresAt: row.expires_ms === null ? null : Number(row.expires_ms),
    revokedAt: row.revoked_ms === null ? null : Number(row.revoked_ms),
  };
}

function withoutHash(stored: StoredKey): KeyRecord {
  const { keyId, tenant, scope, note, createdAt, expiresAt, revokedAt } = stored;
  return { keyId, tenant, scope, note, createdAt, expiresAt, revokedAt };
}
