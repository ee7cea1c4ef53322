import { existsSync } from "node:fs";
import { join } from "node:path";
import { fleetFileDamage } from "../sqlite/damage.ts";
import { setAsideFile } from "../sqlite/salvage.ts";
import { StoreCorrupt } from "../sqlite/store-error.ts";
import { FleetStore, type FleetStoreOptions, type TenantFleetStore } from "./fleet-store.ts";

/**
 * Files over which tenants are spread. Fixed, so that a tenant's file is the same however many hosts there
 * are; also the most hosts that have something to do.
 */
export const SHARD_COUNT = 4;

/** The file of a tenant, as a number below SHARD_COUNT: FNV-1a of its name. The same for good. */
export function shardOfTenant(tenantId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(tenantId)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % SHARD_COUNT;
}

/** The first one has the name of the one file that versions before 0.2 had. */
export function fleetFileOf(dataDir: string, shard: number): string {
  return join(dataDir, shard === 0 ? "fleet.db" : `fleet-${shard}.db`);
}

/** The files that are there, of any number of shards. */
export function shardFilesIn(dataDir: string, shardsMax = 64): string[] {
  return Array.from({ length: shardsMax }, (_, shard) => fleetFileOf(dataDir, shard)).filter(
    (file) => existsSync(file),
  );
}

/** Where folds are kept, by tenant. */
export interface FoldStore {
  /** The only way to a tenant's rows. */
  forTenant(tenantId: string): TenantFleetStore;
  /** The file in which they are: what is written in one transaction has to be in one file. */
  of(tenantId: string): FleetStore;
}

/**
 * Opens a file of folds. One that is damaged is set aside and reported: all that it held is folded again
 * from the points.
 *
 * @throws StoreTooNew, StoreUnavailable, FileProblem.
 */
export function openFleetFile(file: string, options: FleetStoreOptions): FleetStore {
  try {
    return FleetStore.open(file, options);
  } catch (error) {
    if (!(error instanceof StoreCorrupt)) throw error;
    options.onDamage(fleetFileDamage(file, error.message, setAsideFile(file)));
    return FleetStore.open(file, options);
  }
}

/** The files of some shards, each with its tenants. */
export class FleetShards implements FoldStore {
  readonly #options: FleetStoreOptions;
  readonly #stores = new Map<number, FleetStore>();

  /** Opens or makes the files. @throws StoreTooNew, StoreUnavailable, FileProblem. */
  static open(dataDir: string, shards: readonly number[], options: FleetStoreOptions): FleetShards {
    const made = new FleetShards(options);
    try {
      for (const shard of shards) {
        made.#stores.set(shard, openFleetFile(fleetFileOf(dataDir, shard), options));
      }
      return made;
    } catch (error) {
      made.close();
      throw error;
    }
  }

  private constructor(options: FleetStoreOptions) {
    this.#options = options;
  }

  of(tenantId: string): FleetStore {
    const shard = shardOfTenant(tenantId);
    const store = this.#stores.get(shard);
    if (store === undefined) throw new Error(`shard ${shard} is not opened here`);
    return store;
  }

  forTenant(tenantId: string): TenantFleetStore {
    return this.of(tenantId).forTenant(tenantId);
  }

  /** A file was found damaged while it was in use: all files are closed, and that one is set aside, reported. */
  setAside({ file, message }: StoreCorrupt): void {
    this.close();
    if (!existsSync(file)) return;
    this.#options.onDamage(fleetFileDamage(file, message, setAsideFile(file)));
  }

  /** Safe to call twice. */
  close(): void {
    for (const store of this.#stores.values()) store.close();
  }
}
