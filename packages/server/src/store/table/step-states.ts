import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { HOUR_MS } from "@foreshock/core/fold";

export const STEP_STATE_SCHEMA = `CREATE TABLE state_step (
  series_id INTEGER NOT NULL, upto_ms REAL NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX state_step_place ON state_step (series_id, upto_ms)`;

/** Points come up to two hours late (dispatch); what they make untrue is folded again from before that. */
const CLOSE_MS = 3 * HOUR_MS;
/** States of a series before that time, for charts of its past. */
const OLD_MAX = 16;

/**
 * States saved after every some thousand points of a series. All of the last hours stay; of the older ones every
 * second goes whenever there are too many, so that they spread over the whole past of the series.
 */
export class StepStates {
  readonly #put: StatementSync;
  readonly #between: StatementSync;
  readonly #newest: StatementSync;
  readonly #old: StatementSync;
  readonly #remove: StatementSync;
  readonly #drop: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare("INSERT OR REPLACE INTO state_step VALUES (?, ?, ?, ?)");
    this.#between = db.prepare(
      `SELECT rowid AS id, upto_ms AS uptoMs, crc, data AS bytes FROM state_step
       WHERE series_id = ? AND upto_ms > ? AND upto_ms <= ? ORDER BY upto_ms DESC LIMIT 1`,
    );
    this.#newest = db.prepare(
      `SELECT series_id AS id, max(upto_ms) AS uptoMs FROM state_step
       WHERE series_id >= ? AND series_id < ? GROUP BY series_id`,
    );
    this.#old = db.prepare(
      "SELECT rowid AS id FROM state_step WHERE series_id = ? AND upto_ms <= ? ORDER BY upto_ms",
    );
    this.#remove = db.prepare("DELETE FROM state_step WHERE rowid = ?");
    this.#drop = db.prepare("DELETE FROM state_step WHERE series_id = ? AND upto_ms >= ?");
  }

  /** Inside the caller's transaction. */
  put(seriesId: number, uptoMs: number, crc: number, packed: Uint8Array): void {
    this.#put.run(seriesId, uptoMs, crc, packed);
    const old = this.#old.all(seriesId, uptoMs - CLOSE_MS);
    if (old.length <= OLD_MAX) return;
    // The newest of the old ones is what the oldest possible late point starts from.
    for (let i = old.length - 2; i >= 0; i -= 2) this.#remove.run(old[i]!.id!);
  }

  /** How far the newest state of each of these series goes; those without one are left out. */
  newest(fromSeries: number, endSeries: number): [seriesId: number, uptoMs: number][] {
    const rows = this.#newest.all(fromSeries, endSeries);
    return rows.map((row) => [Number(row.id), Number(row.uptoMs)]);
  }

  /** The newest state after one instant and up to another. */
  between(
    seriesId: number,
    afterMs: number,
    beforeMs: number,
  ): Record<string, SQLOutputValue> | undefined {
    return this.#between.get(seriesId, afterMs, beforeMs);
  }

  dropFrom(seriesId: number, fromMs: number): void {
    this.#drop.run(seriesId, fromMs);
  }
}
