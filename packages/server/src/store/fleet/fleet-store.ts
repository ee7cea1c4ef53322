import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { type Damage, fleetStateDamage } from "../sqlite/damage.ts";
import { durableTransaction, openDatabase } from "../sqlite/database.ts";
import { type Disk, REAL_DISK } from "../sqlite/disk.ts";
import { guarded } from "../sqlite/store-error.ts";
import { FINDINGS_BEFORE_SCHEMA, FINDINGS_SCHEMA, FindingsTable } from "./fleet-findings.ts";
import { FLEET_SCORES_SCHEMA, FleetScoresTable } from "./fleet-scores.ts";

const FLEET_FORMAT = 3;

/** Until format 1 a row of scores also counted anomalies, which nobody read; until 2 findings had no past. */
function migrateFleet(db: DatabaseSync, from: number): void {
  if (from < 2) db.exec("ALTER TABLE score_day DROP COLUMN anomalies");
  if (from < 3) db.exec(FINDINGS_BEFORE_SCHEMA);
}

const SCHEMA = `
  ${FLEET_SCORES_SCHEMA};
  ${FINDINGS_SCHEMA};
  CREATE TABLE fleet_state (
    tenant TEXT NOT NULL, slot TEXT NOT NULL, upto_ms REAL NOT NULL, position TEXT NOT NULL,
    crc INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (tenant, slot)
  ) STRICT;
  CREATE TABLE setting (
    tenant TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tenant, name)
  ) STRICT`;

/** Saved state of a tenant's fleet fold. */
export interface FleetState {
  /** Everything before this instant has been folded. */
  readonly uptoMs: number;
  /** Where to go on: JSON text of the caller's, for example the position of every partition. */
  readonly position: string;
  readonly bytes: Uint8Array;
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
    this.#db = openDatabase({
      file,
      format: FLEET_FORMAT,
      schema: SCHEMA,
      migrate: migrateFleet,
      synchronous: "NORMAL",
      pageBytes: 8192,
      cacheKib: 8192,
    });
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
    }
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
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;
  readonly #onDamage: (damage: Damage) => void;

  constructor(db: DatabaseSync, file: string, tenant: string, onDamage: (damage: Damage) => void) {
    this.#onDamage = onDamage;
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
    this.scores = new FleetScoresTable(db, file, tenant);
    this.findings = new FindingsTable(db, file, tenant);
  }

  /** Saves a state under `slot`, in place of the one before. */
  saveState(slot: string, { uptoMs, position, bytes }: FleetState): void {
    guarded(this.#file, () =>
      this.#db
        .prepare("INSERT OR REPLACE INTO fleet_state VALUES (?, ?, ?, ?, ?, ?)")
        .run(this.#tenant, slot, uptoMs, position, crc32(bytes), bytes),
    );
  }

  /** The state under `slot` has seen all up to `position`: it did not change since it was saved. */
  moveState(slot: string, position: string): void {
    guarded(this.#file, () =>
      this.#db
        .prepare("UPDATE fleet_state SET position = ? WHERE tenant = ? AND slot = ?")
        .run(position, this.#tenant, slot),
    );
  }

  /** Forgets the state under `slot`, if there is one. */
  dropState(slot: string): void {
    guarded(this.#file, () =>
      this.#db
        .prepare("DELETE FROM fleet_state WHERE tenant = ? AND slot = ?")
        .run(this.#tenant, slot),
    );
  }

  /** Whether a state was ever saved under `slot`, damaged by now or not. */
  hasState(slot: string): boolean {
    const sql = "SELECT 1 FROM fleet_state WHERE tenant = ? AND slot = ?";
    return guarded(this.#file, () => this.#db.prepare(sql).get(this.#tenant, slot)) !== undefined;
  }

  /** The state under `slot`; undefined when there is none, or its bytes are damaged, which is reported. */
  loadState(slot: string): FleetState | undefined {
    const row = guarded(this.#file, () =>
      this.#db
        .prepare(
          `SELECT upto_ms AS uptoMs, position, crc, data AS bytes FROM fleet_state
           WHERE tenant = ? AND slot = ?`,
        )
        .get(this.#tenant, slot),
    ) as unknown as (FleetState & { crc: number }) | undefined;
    if (row === undefined) return undefined;
    if (crc32(row.bytes) !== row.crc) {
      this.#onDamage(fleetStateDamage(this.#file, this.#tenant, slot));
      return undefined;
    }
    return { uptoMs: row.uptoMs, position: row.position, bytes: row.bytes };
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
    durableTransaction(this.#db, this.#file, () => {
      this.#db
        .prepare("INSERT OR REPLACE INTO setting VALUES (?, ?, ?)")
        .run(this.#tenant, name, value);
    });
  }
}
