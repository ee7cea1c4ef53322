import type { DatabaseSync } from "node:sqlite";
import type { Damage } from "../sqlite/damage.ts";
import { durableTransaction, openDatabase, transaction } from "../sqlite/database.ts";
import { guarded } from "../sqlite/store-error.ts";
import { fleetFileOf, openFleetFile, shardFilesIn, shardOfTenant } from "./fleet-shards.ts";
import { FLEET_FILE, type FleetStore, type StoredTenant } from "./fleet-store.ts";

/** Tables whose rows name their tenant. The first ones say that a fold is saved: they go first, and come last. */
const SAVES = ["fleet_save", "fleet_state"];
const TABLES = [...SAVES, "setting", "finding", "finding_before", "fleet_piece"];
/** Rows that one transaction copies or deletes. */
const ROWS_MAX = 1024;
/** The same of those with 256 kB each. Old folds, of any size, go one by one. */
const LARGE_ROWS_MAX: Readonly<Record<string, number>> = { fleet_piece: 64, fleet_state: 1 };
/** Entities whose scores of a day one transaction copies: some kilobytes each. */
const ENTITIES_MAX = 256;
/** In the file of a tenant while its rows are still being copied: the file that has them all. */
const MARK = "rows_come_from";

/** Tenants of one file that belong into another. */
interface Move {
  readonly from: string;
  readonly to: string;
  readonly tenantIds: readonly string[];
  /** False where the other file has them already: what is here is only deleted. */
  readonly copies: boolean;
}

/**
 * Brings every tenant's rows into the file where they belong, whatever version or number of hosts has written
 * them, in transactions of bounded size: one for each time that more is asked for. Rows are copied first
 * and deleted then; cut off anywhere, the next call goes on, and nothing is lost or there twice.
 *
 * Where a tenant is in several files the fold that was saved last counts. Damaged files are set aside.
 * To be called before anybody opens the files. Cost: O(files) where nothing is to be moved.
 *
 * @throws StoreTooNew, StoreUnavailable, FileProblem.
 */
export function* movingFolds(dataDir: string, onDamage: (damage: Damage) => void): Generator<void> {
  for (const move of planned(dataDir, onDamage)) {
    openFleetFile(move.to, { onDamage }).close();
    const db = openDatabase({ ...FLEET_FILE, file: move.to });
    try {
      guarded(move.from, () => db.prepare("ATTACH ? AS old").run(move.from));
      db.exec("PRAGMA old.synchronous = NORMAL");
      yield* new Moving(db, move).work();
    } finally {
      db.close();
    }
  }
}

/** What has to be done, from what is in the files. */
function planned(dataDir: string, onDamage: (damage: Damage) => void): Move[] {
  const files = new Map<string, Map<string, StoredTenant>>();
  for (const file of shardFilesIn(dataDir)) {
    const store = openFleetFile(file, { onDamage });
    try {
      files.set(file, tenantsIn(store));
    } finally {
      store.close();
    }
  }
  const found = new Map<string, string[]>();
  for (const [file, tenants] of files) {
    for (const tenantId of tenants.keys()) {
      const at = found.get(tenantId);
      if (at === undefined) found.set(tenantId, [file]);
      else at.push(file);
    }
  }
  const moves: Move[] = [];
  for (const [tenantId, at] of found) {
    const to = fleetFileOf(dataDir, shardOfTenant(tenantId));
    const best = bestOf(tenantId, to, at, files);
    // The copy first: what is deleted may be what it was made of.
    const others = at.filter((file) => file !== to && file !== best);
    if (best !== to) moves.push({ from: best, to, tenantIds: [tenantId], copies: true });
    for (const from of others) moves.push({ from, to, tenantIds: [tenantId], copies: false });
  }
  return joined(moves);
}

function tenantsIn(store: FleetStore): Map<string, StoredTenant> {
  return new Map(store.storedTenants(MARK).map((tenant) => [tenant.tenantId, tenant]));
}

/** The file whose rows of the tenant count. */
function bestOf(
  tenantId: string,
  home: string,
  at: readonly string[],
  files: ReadonlyMap<string, ReadonlyMap<string, StoredTenant>>,
): string {
  const here = files.get(home)?.get(tenantId);
  // A copy was cut off: its source is still whole.
  const source = at.find((file) => file.endsWith(`/${here?.setting}`));
  if (source !== undefined) return source;
  let best = here === undefined ? at[0]! : home;
  for (const file of at) {
    if (files.get(file)!.get(tenantId)!.uptoMs > files.get(best)!.get(tenantId)!.uptoMs)
      best = file;
  }
  return best;
}

/** One pass over two files for all tenants that go the same way; copies first. */
function joined(moves: readonly Move[]): Move[] {
  const groups = Map.groupBy(moves, ({ from, to, copies }) => `${copies ? 0 : 1} ${from} ${to}`);
  return [...groups.keys()].toSorted().map((key) => {
    const group = groups.get(key)!;
    return { ...group[0]!, tenantIds: group.flatMap(({ tenantIds }) => tenantIds) };
  });
}

/** One move; `old` is the file that the tenants leave. */
class Moving {
  readonly #db: DatabaseSync;
  readonly #move: Move;

  constructor(db: DatabaseSync, move: Move) {
    this.#db = db;
    this.#move = move;
  }

  *work(): Generator<void> {
    this.#run("CREATE TEMP TABLE moving (tenant TEXT PRIMARY KEY) STRICT");
    for (const tenantId of this.#move.tenantIds)
      this.#run("INSERT INTO moving VALUES (?)", tenantId);
    if (this.#move.copies) yield* this.#copy();
    yield* this.#delete("old");
  }

  *#copy(): Generator<void> {
    const name = this.#move.from.slice(this.#move.from.lastIndexOf("/") + 1);
    this.#together(() =>
      this.#run(`INSERT OR REPLACE INTO setting SELECT tenant, '${MARK}', ? FROM moving`, name),
    );
    yield;
    // What was here is of an earlier fold, or of a copy that was cut off.
    yield* this.#delete("main");
    for (const table of TABLES.toReversed()) {
      yield* this.#inRanges("old", table, (from, to) =>
        this.#run(
          `INSERT OR REPLACE INTO main.${table} SELECT * FROM old.${table}
           WHERE rowid > ? AND rowid <= ? AND tenant IN moving`,
          ...[from, to],
        ),
      );
    }
    yield* this.#copyScores();
    // From here on the rows that were copied may be deleted.
    durableTransaction(this.#db, this.#move.to, () =>
      this.#run(`DELETE FROM setting WHERE name = '${MARK}' AND tenant IN moving`),
    );
    yield;
  }

  /** Entities have other numbers in another file. */
  *#copyScores(): Generator<void> {
    yield* this.#inRanges("old", "entity", (from, to) =>
      this.#run(
        `INSERT OR IGNORE INTO main.entity (tenant, level, cluster, node)
         SELECT tenant, level, cluster, node FROM old.entity
         WHERE rowid > ? AND rowid <= ? AND tenant IN moving`,
        ...[from, to],
      ),
    );
    this.#run("DROP TABLE IF EXISTS temp.pair");
    this.#run(
      `CREATE TEMP TABLE pair AS SELECT old.entity.id AS was, main.entity.id AS id
       FROM old.entity JOIN main.entity USING (tenant, level, cluster, node)
       WHERE tenant IN moving`,
    );
    this.#run("CREATE INDEX temp.pair_by_was ON pair (was)");
    yield* this.#scoresInRanges("old", "score_day", (range) =>
      this.#run(
        `INSERT OR REPLACE INTO main.score_day SELECT day, pair.id, scores
         FROM old.score_day JOIN pair ON pair.was = entity_id WHERE ${SCORE_RANGE}`,
        ...range,
      ),
    );
    yield* this.#scoresInRanges("old", "score_block", (range) =>
      this.#run(
        `INSERT OR REPLACE INTO main.score_block SELECT day, pair.id, block, scores
         FROM old.score_block JOIN pair ON pair.was = entity_id WHERE ${SCORE_RANGE}`,
        ...range,
      ),
    );
  }

  /** All but the mark. What says that a fold is saved goes first: what is left is then nobody's best. */
  *#delete(where: "main" | "old"): Generator<void> {
    for (const table of TABLES) {
      const but = table === "setting" ? `AND name <> '${MARK}'` : "";
      yield* this.#inRanges(where, table, (from, to) =>
        this.#run(
          `DELETE FROM ${where}.${table}
           WHERE rowid > ? AND rowid <= ? AND tenant IN moving ${but}`,
          ...[from, to],
        ),
      );
    }
    const own = `entity_id IN (SELECT id FROM ${where}.entity WHERE tenant IN moving)`;
    for (const table of ["score_day", "score_block"]) {
      yield* this.#scoresInRanges(where, table, (range) =>
        this.#run(`DELETE FROM ${where}.${table} WHERE ${SCORE_RANGE} AND ${own}`, ...range),
      );
    }
    yield* this.#inRanges(where, "entity", (from, to) =>
      this.#run(
        `DELETE FROM ${where}.entity WHERE rowid > ? AND rowid <= ? AND tenant IN moving`,
        ...[from, to],
      ),
    );
  }

  /** Goes through a table by its row numbers; each range is a transaction. */
  *#inRanges(
    where: string,
    table: string,
    work: (from: number, to: number) => void,
  ): Generator<void> {
    const sql = `SELECT max(number) AS last FROM
      (SELECT rowid AS number FROM ${where}.${table} WHERE rowid > ? ORDER BY rowid LIMIT ?)`;
    for (let from = Number.MIN_SAFE_INTEGER; ; ) {
      const last = this.#number(sql, from, LARGE_ROWS_MAX[table] ?? ROWS_MAX);
      if (last === undefined) return;
      this.#together(() => work(from, last));
      from = last;
      yield;
    }
  }

  /** Goes through a table of scores: day by day, some entities at a time. */
  *#scoresInRanges(
    where: string,
    table: string,
    work: (range: [day: number, fromId: number, toId: number]) => void,
  ): Generator<void> {
    const lastId = this.#number(`SELECT max(id) AS last FROM ${where}.entity`) ?? 0;
    const sql = `SELECT min(day) AS last FROM ${where}.${table} WHERE day > ?`;
    for (let day = Number.MIN_SAFE_INTEGER; ; ) {
      const next = this.#number(sql, day);
      if (next === undefined) return;
      day = next;
      for (let id = 0; id <= lastId; id += ENTITIES_MAX) {
        this.#together(() => work([day, id, id + ENTITIES_MAX]));
        yield;
      }
    }
  }

  #together(work: () => void): void {
    transaction(this.#db, this.#move.to, work);
  }

  #number(sql: string, ...values: number[]): number | undefined {
    const row = guarded(this.#move.from, () => this.#db.prepare(sql).get(...values));
    return row?.last === null ? undefined : Number(row?.last);
  }

  #run(sql: string, ...values: (string | number)[]): void {
    guarded(this.#move.from, () => this.#db.prepare(sql).run(...values));
  }
}

const SCORE_RANGE = "day = ? AND entity_id >= ? AND entity_id < ?";

/** Moves all that has to be moved. */
export function moveFolds(dataDir: string): Damage[] {
  const damage: Damage[] = [];
  for (const _ of movingFolds(dataDir, (one) => damage.push(one)));
  return damage;
}
