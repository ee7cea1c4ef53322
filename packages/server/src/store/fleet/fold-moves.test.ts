import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Damage } from "../sqlite/damage.ts";
import {
  FleetShards,
  fleetFileOf,
  SHARD_COUNT,
  shardFilesIn,
  shardOfTenant,
} from "./fleet-shards.ts";
import { FleetStore, type TenantFleetStore } from "./fleet-store.ts";
import { moveFolds, movingFolds } from "./fold-moves.ts";

const TENANTS = Array.from({ length: 8 }, (_, n) => `tenant-${n}`);
const DAY = 20_000;
const ALL = Array.from({ length: SHARD_COUNT }, (_, shard) => shard);

/** In memory, where the system has such a folder: every step is a sync elsewhere. */
const FOLDERS = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let root: string;
let place: { readonly dir: string };
beforeEach(() => {
  root = mkdtempSync(join(FOLDERS, "foreshock-moves-"));
  place = { dir: join(root, "data") };
  mkdirSync(place.dir);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function noDamage(damage: Damage): void {
  throw new Error(JSON.stringify(damage));
}

/** A tenant's rows, of every kind; `uptoMs` says which of several saves is the newest. */
function fill(store: FleetStore, tenantId: string, uptoMs = 7): void {
  const own = store.forTenant(tenantId);
  own.putSetting("step_ms", "60000");
  own.scores.save(
    [0, 1, 2].map((block) => ({
      place: { level: "node", clusterId: "eu", nodeId: `n-${tenantId}` },
      day: DAY,
      block,
      scores: Float32Array.of(uptoMs, block),
    })),
  );
  own.findings.put({
    ...{ id: `f-${tenantId}`, level: "node", clusterId: "eu", nodeId: "a", payload: "{}" },
    ...{ openedMs: 5, closedMs: null, score: uptoMs },
  });
  own.pieces.begin(true);
  own.pieces.write([0, 1].map((step) => ({ kind: 1, chunk: 0, step, bytes: bytesOf(tenantId) })));
  store.checkpoint(() => own.pieces.switchTo({ slot: "fold", uptoMs, position: "{}" }));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text.repeat(30_000));
}

/** Everything that is kept of a tenant, as its fold reads it. */
function rowsOf(own: TenantFleetStore, id: string) {
  const { findings, pieces, scores } = own;
  const steps: unknown[] = [];
  scores.load({ level: "node", clusterId: "eu", nodeId: `n-${id}` }, DAY, (first, values) =>
    steps.push([first, ...values]),
  );
  return {
    ...{ setting: own.setting("step_ms"), steps, saved: pieces.saved() },
    pieces: Array.from(pieces.read(), ({ step, ...name }) => {
      const bytes = name.bytes ?? pieces.bytesOf({ step, ...name });
      return [step, Buffer.from(bytes).toString()];
    }),
    findings: findings.list({ startMs: 0, endMs: 10, limit: 10 }),
  };
}

function all(dir: string): Record<string, unknown> {
  const shards = FleetShards.open(dir, ALL, { onDamage: noDamage });
  try {
    return Object.fromEntries(TENANTS.map((id) => [id, rowsOf(shards.forTenant(id), id)]));
  } finally {
    shards.close();
  }
}

/** Which files have rows of which tenants. */
function whereabouts(dir: string): Record<string, string[]> {
  return Object.fromEntries(
    shardFilesIn(dir).map((file) => {
      const store = FleetStore.open(file, { onDamage: noDamage });
      const ids = store.storedTenants("").map(({ tenantId }) => tenantId);
      store.close();
      return [file, ids.toSorted()];
    }),
  );
}

function right(dir: string): Record<string, string[]> {
  return Object.fromEntries(
    ALL.map((shard) => [
      fleetFileOf(dir, shard),
      TENANTS.filter((id) => shardOfTenant(id) === shard),
    ]),
  );
}

/** A folder of a version that had one file, with all tenants in it. */
function oneFile(dir: string): void {
  const store = FleetStore.open(join(dir, "fleet.db"), { onDamage: noDamage });
  for (const id of TENANTS) fill(store, id);
  store.close();
}

/** What a kill would leave of the folder. */
function copied(dir: string, to: string): string {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(dir)) copyFileSync(join(dir, name), join(to, name));
  return to;
}

describe("tenants' folds in files by their names", () => {
  it("come from the one file of an earlier version, whole", () => {
    oneFile(place.dir);
    const store = FleetStore.open(join(place.dir, "fleet.db"), { onDamage: noDamage });
    const before = TENANTS.map((id) => rowsOf(store.forTenant(id), id));
    store.close();
    expect(moveFolds(place.dir)).toEqual([]);
    expect(Object.values(all(place.dir))).toEqual(before);
    expect(whereabouts(place.dir)).toEqual(right(place.dir));
    expect([...movingFolds(place.dir, noDamage)]).toEqual([]);
  });

  it("are neither lost nor there twice when the move is killed, after any of its steps", () => {
    oneFile(place.dir);
    const whole = all(copied(place.dir, join(root, "whole")));
    const moved = copied(place.dir, join(root, "moved"));
    moveFolds(moved);
    const expected = all(moved);
    expect(expected).not.toEqual(whole);
    let kills = 0;
    for (const _ of movingFolds(place.dir, noDamage)) {
      const killed = copied(place.dir, join(root, `killed-${kills++}`));
      moveFolds(killed);
      expect(all(killed)).toEqual(expected);
      expect(whereabouts(killed)).toEqual(right(killed));
    }
    expect(kills).toBeGreaterThan(20);
  });

  it("come from files of another number of hosts; of several the newest fold counts", () => {
    const [id, ...others] = TENANTS.filter((one) => shardOfTenant(one) === 2);
    const old = FleetStore.open(fleetFileOf(place.dir, 0), { onDamage: noDamage });
    fill(old, id!, 5);
    for (const other of others) fill(old, other, 9);
    old.close();
    const newer = FleetStore.open(fleetFileOf(place.dir, 1), { onDamage: noDamage });
    fill(newer, id!, 8);
    newer.close();
    const home = FleetStore.open(fleetFileOf(place.dir, 2), { onDamage: noDamage });
    fill(home, id!, 6);
    for (const other of others) fill(home, other, 10);
    home.close();
    expect(moveFolds(place.dir)).toEqual([]);
    const rows = all(place.dir) as Record<string, { saved: unknown; steps: unknown }>;
    expect(rows[id!]).toMatchObject({
      saved: { uptoMs: 8 },
      steps: [
        [0, 8, 0],
        [256, 8, 1],
        [512, 8, 2],
      ],
    });
    for (const other of others) expect(rows[other]).toMatchObject({ saved: { uptoMs: 10 } });
    expect(whereabouts(place.dir)[fleetFileOf(place.dir, 0)]).toEqual([]);
    expect(whereabouts(place.dir)[fleetFileOf(place.dir, 1)]).toEqual([]);
  });

  it.each([
    ["of this format", () => {}],
    [
      "of an older format",
      (file: string) => {
        const db = new DatabaseSync(file);
        db.exec("DROP TABLE fleet_piece; DROP TABLE fleet_save; DROP TABLE score_block");
        db.exec("PRAGMA user_version = 3");
        db.close();
      },
    ],
  ])("leave a damaged file %s aside, reported; tenants of other files are untouched", (_, age) => {
    oneFile(place.dir);
    moveFolds(place.dir);
    const before = all(place.dir);
    const file = fleetFileOf(place.dir, 0);
    age(file);
    writeFileSync(file, Buffer.alloc(8192, 7), { flag: "r+" });
    const damage = moveFolds(place.dir);
    expect(damage).toMatchObject([{ kind: "fleet-file", file, keptAs: `${file}.damaged-1` }]);
    expect(readdirSync(place.dir)).toContain(basename(`${file}.damaged-1`));
    const after = all(place.dir) as Record<string, { saved: unknown }>;
    for (const id of TENANTS) {
      if (shardOfTenant(id) === 0) expect(after[id]!.saved).toBeUndefined();
      else expect(after[id]).toEqual(before[id]);
    }
  });
});
