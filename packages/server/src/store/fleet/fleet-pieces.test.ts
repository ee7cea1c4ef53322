import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Piece, RESTING_KINDS, Refusal, type RestingPiece } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch } from "../../../testing/scratch.ts";
import type { Damage } from "../sqlite/damage.ts";
import { FleetStore } from "./fleet-store.ts";

const LARGE = 600_000;

describe("FoldPieces", () => {
  let place: Scratch;
  let file: string;
  let store: FleetStore;
  let damage: Damage[];

  beforeEach(() => {
    place = scratch();
    file = join(place.dir, "fleet.db");
    damage = [];
    store = open();
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  function open(): FleetStore {
    return FleetStore.open(file, { onDamage: (one) => void damage.push(one) });
  }

  function reopen(): void {
    store.close();
    store = open();
  }

  function pieces(tenant = "acme") {
    return store.forTenant(tenant).pieces;
  }

  function save(some: readonly Piece[], options: { fresh?: boolean; tenant?: string } = {}): void {
    const own = pieces(options.tenant);
    own.begin(options.fresh === true);
    own.write(some);
    store.checkpoint(() => own.switchTo({ slot: "fold", uptoMs: 7, position: "{}" }));
  }

  it("gives back what was saved, by kind, chunk and step, each tenant its own", () => {
    expect(pieces().saved()).toBeUndefined();
    save([piece(2, 0, 5, 30), piece(1, 0, -1, 10), piece(2, 0, 3, LARGE)], { fresh: true });
    save([piece(1, 0, -1, 99)], { fresh: true, tenant: "other" });
    reopen();
    expect(pieces().saved()).toEqual({ slot: "fold", uptoMs: 7, position: "{}" });
    expect([...pieces().read()].map(nameOf)).toEqual(["1/0/-1 10", "2/0/3 600000", "2/0/5 30"]);
    expect(Buffer.compare([...pieces().read()][1]!.bytes!, piece(2, 0, 3, LARGE).bytes)).toBe(0);
    expect([...pieces("other").read()].map(nameOf)).toEqual(["1/0/-1 99"]);
  });

  it("gives pieces that may rest without their bytes, and each of them when it is asked for", () => {
    const kind = RESTING_KINDS.at(-1)!;
    save([piece(1, 0, -1, 10), piece(kind, 0, 3, LARGE), piece(kind, 0, 4, 5)], { fresh: true });
    save([piece(kind, 0, 4, 7)]);
    const own = pieces();
    own.begin(false);
    own.write([piece(kind, 0, 3, 1)]);
    expect([...own.read()].map(nameOf)).toEqual([
      "1/0/-1 10",
      `${kind}/0/3 rests`,
      `${kind}/0/4 rests`,
    ]);
    const saved = piece(kind, 0, 3, LARGE);
    expect(Buffer.compare(own.bytesOf(saved), saved.bytes)).toBe(0);
    expect(own.bytesOf({ kind, chunk: 0, step: 4 }).length).toBe(7);
  });

  it.each([
    ["is damaged", "UPDATE fleet_piece SET data = x'01' WHERE step = 3"],
    ["is gone", "DELETE FROM fleet_piece WHERE step = 3"],
  ])("counts no more where a piece that rests %s: the fold is folded again", (_, change) => {
    const kind = RESTING_KINDS.at(-1)!;
    save([piece(1, 0, -1, 10), piece(kind, 0, 3, 30)], { fresh: true });
    store.close();
    const db = new DatabaseSync(file);
    db.exec(change);
    db.close();
    store = open();
    expect(() => pieces().bytesOf({ kind, chunk: 0, step: 3 })).toThrow(Refusal);
    expect(damage).toMatchObject([{ kind: "fleet-state", tenantId: "acme" }]);
    expect(pieces().saved()).toBeUndefined();
    // As a start does.
    for (const _ of pieces().cleanLeftovers()) void 0;
    save([piece(1, 0, -1, 11)], { fresh: true });
    expect([...pieces().read()].map(nameOf)).toEqual(["1/0/-1 11"]);
  });

  it("holds no value longer than 256 KiB", () => {
    save([piece(2, 0, 3, LARGE)], { fresh: true });
    expect(read("SELECT count(*) AS n, max(length(data)) AS most FROM fleet_piece")).toEqual({
      n: 3,
      most: 256 * 1024,
    });
  });

  it("keeps the save before it whole until the next one is switched to, however it is cut off", () => {
    save([piece(1, 0, -1, 10), piece(2, 0, 3, LARGE)], { fresh: true });
    const own = pieces();
    own.begin(false);
    own.write([piece(2, 0, 3, 20), piece(2, 0, 4, LARGE)]);
    expect([...own.read()].map(nameOf)).toEqual(["1/0/-1 10", "2/0/3 600000"]);
    reopen();
    expect([...pieces().read()].map(nameOf)).toEqual(["1/0/-1 10", "2/0/3 600000"]);
    expect(() =>
      store.checkpoint(() => {
        pieces().switchTo({ slot: "fold", uptoMs: 8, position: "{}" });
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect([...pieces().read()].map(nameOf)).toEqual(["1/0/-1 10", "2/0/3 600000"]);
    expect([...pieces().cleanLeftovers()]).not.toEqual([]);
    save([piece(2, 0, 4, 5)]);
    expect([...pieces().read()].map(nameOf)).toEqual(["1/0/-1 10", "2/0/3 600000", "2/0/4 5"]);
  });

  it("takes a save up again that failed, without parts of the first attempt", () => {
    save([piece(1, 0, -1, 10)], { fresh: true });
    pieces().begin(false);
    pieces().write([piece(2, 0, 3, LARGE)]);
    save([piece(2, 0, 3, 20)]);
    expect([...pieces().read()].map(nameOf)).toEqual(["1/0/-1 10", "2/0/3 20"]);
  });

  it("deletes what a save replaces and what is before the floors, a little at a time", () => {
    const steps = Array.from({ length: 1000 }, (_, step) => piece(2, 0, step, 3));
    save([piece(1, 0, -1, 10), ...steps], { fresh: true });
    expect(Math.max(...pieces().clean([]))).toBeLessThanOrEqual(256);
    save([piece(1, 0, -1, 11), piece(2, 0, 1000, 3)]);
    const units = [...pieces().clean([{ kind: 2, fromStep: 990 }])];
    expect(Math.max(...units)).toBeLessThanOrEqual(256);
    expect([...pieces().read()].length).toBe(12);
    expect(read("SELECT count(*) AS n FROM fleet_piece")).toEqual({ n: 12 });
    save([piece(1, 0, -1, 12)], { fresh: true });
    expect([...pieces().read()].map(nameOf)).toEqual(["1/0/-1 12"]);
    for (const _ of pieces().clean([])) void 0;
    expect(read("SELECT count(*) AS n FROM fleet_piece")).toEqual({ n: 1 });
  });

  it.each([
    ["is damaged", "UPDATE fleet_piece SET data = x'01' WHERE step = 3 AND part = 1"],
    ["lacks a part", "DELETE FROM fleet_piece WHERE step = 3 AND part = 1"],
  ])("refuses a piece that %s, and reports it", (_, change) => {
    save([piece(1, 0, -1, 10), piece(2, 0, 3, LARGE)], { fresh: true });
    store.close();
    const db = new DatabaseSync(file);
    db.exec(change);
    db.close();
    store = open();
    expect(() => [...pieces().read()]).toThrow(Refusal);
    expect(damage).toMatchObject([{ kind: "fleet-state", tenantId: "acme", file }]);
  });

  function read(sql: string): Record<string, unknown> {
    store.close();
    const db = new DatabaseSync(file);
    const row = { ...db.prepare(sql).get() };
    db.close();
    store = open();
    return row;
  }
});

function piece(kind: number, chunk: number, step: number, length: number): Piece {
  return { kind, chunk, step, bytes: Uint8Array.from({ length }, (_, i) => (kind * 31 + i) % 251) };
}

function nameOf({ kind, chunk, step, bytes }: Piece | RestingPiece): string {
  return `${kind}/${chunk}/${step} ${bytes?.length ?? "rests"}`;
}
