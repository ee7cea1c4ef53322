import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type Damage, fleetStateDamage } from "../sqlite/damage.ts";
import {
  type DatabaseFile,
  durableTransaction,
  openDatabase,
  transaction,
} from "../sqlite/database.ts";
import { type Disk, REAL_DISK } from "../sqlite/disk.ts";
import { guarded } from "../sqlite/store-error.ts";
import { FINDINGS_BEFORE_SCHEMA, FINDINGS_SCHEMA, FindingsTable } from "./fleet-findings.ts";
import { FLEET_PIECES_SCHEMA, FoldPieces } from "./fleet-pieces.ts";
import { FLEET_SCORES_SCHEMA, FleetScoresTable, SCORE_BLOCK_SCHEMA } from "./fleet-scores.ts";
import { OLD_STATES_SCHEMA, OldStates } from "./old-states.ts";

const FLEET_FORMAT = 4;

/**
 * Until format 1 a row of scores also counted anomalies, which nobody read; until 2 findings had no past;
 * until 3 a tenant's fold was one value and a day of scores another.
 */
function migrateFleet(db: DatabaseSync, from: number): void {
  if (from < 2) db.exec("ALTER TABLE score_day DROP COLUMN anomalies");
  if (from < 3) db.exec(FINDINGS_BEFORE_SCHEMA);
  if (from < 4) db.exec(`${SCORE_BLOCK_SCHEMA}; ${FLEET_PIECES_SCHEMA}`);
}

const SCHEMA = `
  ${FLEET_SCORES_SCHEMA};
  ${FINDINGS_SCHEMA};
  ${FLEET_PIECES_SCHEMA};
  ${OLD_STATES_SCHEMA};
  CREATE TABLE setting (
    tenant TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tenant, name)
  ) STRICT`;

/** Tables whose rows name their tenant, each with an index that begins with it. */
const TENANT_TABLES = [
  ...["fleet_save", "fleet_state", "fleet_piece", "setting", "finding", "finding_before", "entity"],
];

/** How the file is opened, whatever its name. */
export const FLEET_FILE: Omit<DatabaseFile, "file"> = {
  format: FLEET_FORMAT,
  schema: SCHEMA,
  migrate: migrateFleet,
  synchronous: "NORMAL",
  pageBytes: 8192,
  cacheKib: 8192,
};

/** What a file has of a tenant. */
export interface StoredTenant {
  readonly tenantId: string;
  /** Of the saved fold; -Infinity where none is saved. */
  readonly uptoMs: number;
  /** The value of a setting, if there is one. */
  readonly setting: string | undefined;
}

export interface FleetStoreOptions {
  /** Called for each saved state whose bytes are damaged. */
  readonly onDamage: (damage: Damage) => void;
  /** The machine's own where it is left out. */
  readonly disk?: Disk | undefined;
}

/**
 * What the fleet fold remembers, of all tenants, in one file: score history, findings, states,
 * settings. History and findings can be folded again and are written without waiting for the
 * disk; what `checkpoint` encloses is fsynced, and everything written before it as well.
 */
export class FleetStore {
  readonly #file: string;
  readonly #disk: Disk;
  readonly #onDamage: (damage: Damage) => void;
  readonly #db: DatabaseSync;
  readonly #tenants = new Map<string, TenantFleetStore>();

  /** Opens or makes the file. @throws StoreTooNew, StoreUnavailable, StoreCorrupt. */
  static open(file: string, options: FleetStoreOptions): FleetStore {
    mkdirSync(dirname(file), { recursive: true });
    return new FleetStore(file, options);
  }

  private constructor(file: string, { onDamage, disk = REAL_DISK }: FleetStoreOptions) {
    this.#file = file;
    this.#disk = disk;
    this.#onDamage = onDamage;
    this.#db = openDatabase({ ...FLEET_FILE, file });
  }

  /** All tenants are in this one file. */
  of(_tenantId: string): FleetStore {
    return this;
  }

  /** The only way to a tenant's rows. */
  forTenant(tenantId: string): TenantFleetStore {
    let store = this.#tenants.get(tenantId);
    if (store === undefined) {
      store = new TenantFleetStore(this.#db, this.#file, tenantId, this.#onDamage);
      this.#tenants.set(tenantId, store);
    }
    return store;
  }

  /** All that `write` writes counts together, durably, or not at all. @throws StoreUnavailable. */
  checkpoint(write: () => void): void {
    try {
      guarded(this.#file, () => this.#disk.writing(this.#file));
      durableTransaction(this.#db, this.#file, write);
      this.#disk.synced(this.#file);
    } catch (error) {
      for (const tenant of this.#tenants.values()) tenant.scores.reload();
      throw error;
    } finally {
      for (const tenant of this.#tenants.values()) tenant.pieces.settle();
    }
  }

  /** The same for what may be lost with the power, but not without what comes after it. @throws StoreUnavailable. */
  write(write: () => void): void {
    guarded(this.#file, () => this.#disk.writing(this.#file));
    transaction(this.#db, this.#file, write);
  }

  /** All tenants of which something is stored. Cost: O(tenants), not rows. @param setting which one to look up. */
  storedTenants(setting: string): StoredTenant[] {
    const tenantIds = new Set<string>();
    for (const table of TENANT_TABLES) {
      const next = this.#db.prepare(`SELECT min(tenant) AS tenant FROM ${table} WHERE tenant > ?`);
      for (let last = ""; ; ) {
        const found = guarded(this.#file, () => next.get(last)?.tenant);
        if (typeof found !== "string") break;
        tenantIds.add(found);
        last = found;
      }
    }
    return Array.from(tenantIds, (tenantId) => {
      const { pieces, oldStates } = this.forTenant(tenantId);
      const uptoMs = (pieces.saved() ?? oldStates.fold())?.uptoMs ?? Number.NEGATIVE_INFINITY;
      return { tenantId, uptoMs, setting: this.forTenant(tenantId).setting(setting) };
    });
  }

  get isOpen(): boolean {
    return this.#db.isOpen;
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

/** One tenant's part of the fleet file. */
export class TenantFleetStore {
  readonly scores: FleetScoresTable;
  readonly findings: FindingsTable;
  readonly pieces: FoldPieces;
  readonly oldStates: OldStates;
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;

  constructor(db: DatabaseSync, file: string, tenant: string, onDamage: (damage: Damage) => void) {
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
    this.scores = new FleetScoresTable(db, file, tenant);
    this.findings = new FindingsTable(db, file, tenant);
    this.pieces = new FoldPieces(db, file, tenant, (name) =>
      onDamage(fleetStateDamage(file, tenant, name)),
    );
    this.oldStates = new OldStates(db, file, tenant);
  }

  /** A setting that must outlive the process; undefined when it was never set. */
  setting(name: string): string | undefined {
    const row = guarded(this.#file, () =>
      this.#db
        .prepare("SELECT value FROM setting WHERE tenant = ? AND name = ?")
        .get(this.#tenant, name),
    );
    return row === undefined ? undefined : String(row.value);
  }

  /** Durable when it returns. */
  putSetting(name: string, value: string): void {
    durableTransaction(this.#db, this.#file, () => this.#setTo(name, value));
  }

  /**
   * Under another setting, nothing that is saved of the fold counts any more, nor its scores: all is folded again.
   * What is left of it is deleted later, a little at a time. Durable when it returns.
   */
  foldAnew(name: string, value: string): void {
    try {
      durableTransaction(this.#db, this.#file, () => {
        this.#setTo(name, value);
        this.pieces.forget();
        this.oldStates.drop();
        this.scores.setAside();
      });
    } finally {
      this.pieces.settle();
      this.scores.reload();
    }
  }

  #setTo(name: string, value: string): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)")
      .run(this.#tenant, name, value);
  }
}
