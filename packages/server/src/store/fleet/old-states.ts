import type { DatabaseSync } from "node:sqlite";
import { guarded } from "../sqlite/store-error.ts";

/** Where formats up to 3 kept a tenant's fold, as one value. */
export const OLD_STATES_SCHEMA = `
  CREATE TABLE fleet_state (
    tenant TEXT NOT NULL, slot TEXT NOT NULL, upto_ms REAL NOT NULL, position TEXT NOT NULL,
    crc INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (tenant, slot)
  ) STRICT`;

/** Header length and length of the fleet's part, before the header of the fold itself. */
const LENGTHS_AT = 6;
/** Before the text of the fleet's header: lengths, silence header, seal, length of the text. */
const LENGTHS_BYTES = 8;
const SEAL_BYTES = 6;
const TEXT_LENGTH_BYTES = 8;
/** Longer headers are not read: the names are a help, not a need. */
const TEXT_BYTES_MAX = 1 << 28;

/** What is read of an old fold: whose number was which. */
export interface OldNames {
  readonly clusterIds: readonly string[];
  readonly nodeIds: readonly string[];
  readonly nodeCluster: readonly number[];
  readonly metricNames: readonly string[];
  readonly seriesNode: readonly number[];
}

/**
 * A tenant's fold of a format up to 3. It is not taken up: the tenant is folded again from its points. Only
 * the names are read, since findings of version 0.1.0 speak of series by their numbers.
 */
export class OldStates {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;

  constructor(db: DatabaseSync, file: string, tenant: string) {
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
  }

  /** When the fold was saved last, and its positions ("" before 0.2); undefined where there is none. */
  fold(): { readonly uptoMs: number; readonly position: string } | undefined {
    const sql = `SELECT upto_ms AS uptoMs, position FROM fleet_state
      WHERE tenant = ? AND slot = 'fold'`;
    const row = guarded(this.#file, () => this.#db.prepare(sql).get(this.#tenant));
    return row as unknown as { uptoMs: number; position: string } | undefined;
  }

  /** Undefined where there is none, or it cannot be read. */
  names(): OldNames | undefined {
    try {
      const lengths = this.#part(LENGTHS_AT, LENGTHS_BYTES);
      const header = lengths.getUint32(0, true);
      const textAt = LENGTHS_AT + LENGTHS_BYTES + header + SEAL_BYTES;
      const length = this.#part(textAt, TEXT_LENGTH_BYTES).getFloat64(0, true);
      const text = new TextDecoder().decode(this.#part(textAt + TEXT_LENGTH_BYTES, length));
      return JSON.parse(text) as OldNames;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
      throw error;
    }
  }

  drop(): void {
    const sql = "DELETE FROM fleet_state WHERE tenant = ?";
    guarded(this.#file, () => this.#db.prepare(sql).run(this.#tenant));
  }

  #part(at: number, length: number): DataView {
    const sql = `SELECT substr(data, ?, ?) AS part FROM fleet_state
      WHERE tenant = ? AND slot = 'fold'`;
    const row = guarded(this.#file, () =>
      this.#db
        .prepare(sql)
        .get(at + 1, Math.min(TEXT_BYTES_MAX, Math.max(0, Math.floor(length))), this.#tenant),
    );
    const part = (row?.part as Uint8Array | undefined) ?? new Uint8Array(0);
    return new DataView(part.buffer, part.byteOffset, part.byteLength);
  }
}
