import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch } from "../../../testing/scratch.ts";
import { durableTransaction, openDatabase, transaction } from "./database.ts";
import { StoreCorrupt, StoreUnavailable, storeError } from "./store-error.ts";

describe("openDatabase", () => {
  let place: Scratch;
  let file: string;
  let db: DatabaseSync;
  beforeEach(() => {
    place = scratch();
    file = join(place.dir, "x.db");
    mkdirSync(dirname(file));
    db = openDatabase({
      file,
      format: 3,
      schema: "CREATE TABLE t (v INTEGER) STRICT",
      synchronous: "NORMAL",
      pageBytes: 4096,
      cacheKib: 100,
    });
  });
  afterEach(() => {
    db.close();
    place.remove();
  });
  const synchronous = (): unknown => db.prepare("PRAGMA synchronous").get()?.synchronous;
  const count = (): unknown => db.prepare("SELECT count(*) AS n FROM t").get()?.n;

  it("waits for the disk in a durable transaction and only there (2 = FULL, 1 = NORMAL)", () => {
    const seen: unknown[] = [];
    durableTransaction(db, file, () => seen.push(synchronous()));
    transaction(db, file, () => seen.push(synchronous()));
    expect([...seen, synchronous()]).toEqual([2, 1, 1]);
  });

  it("takes a transaction whole or not at all, and an inner one as a part of the outer", () => {
    const insert = (): unknown => db.prepare("INSERT INTO t VALUES (1)").run();
    const fail = (): void => {
      durableTransaction(db, file, insert);
      transaction(db, file, insert);
      throw new Error("stop");
    };
    expect(() => transaction(db, file, fail)).toThrow("stop");
    expect(count()).toBe(0);
    transaction(db, file, insert);
    expect(count()).toBe(1);
  });

  it("says that the disk is full where SQLite has no more pages, and works again with room", () => {
    const pages = Number(db.prepare("PRAGMA page_count").get()?.page_count);
    db.exec(`PRAGMA max_page_count = ${pages}`);
    const fill = (): void => {
      transaction(db, file, () => {
        for (let i = 0; i < 5000; i++) db.prepare("INSERT INTO t VALUES (?)").run(i);
      });
    };
    expect(fill).toThrow(expect.objectContaining({ reason: "disk-full", retryable: true }));
    expect(count()).toBe(0);
    db.exec("PRAGMA max_page_count = 1000000");
    fill();
    expect(count()).toBe(5000);
  });
});

describe("storeError", () => {
  const of = (errcode: number): unknown =>
    storeError(Object.assign(new Error("x"), { errcode }), "f");

  it("never asks to retry after a failed fsync, which proves nothing the second time", () => {
    expect(of(1034)).toMatchObject({ reason: "sync-failed", retryable: false });
    expect(of(10)).toMatchObject({ reason: "io-error", retryable: true });
    expect(of(10 | (3 << 8))).toMatchObject({ reason: "io-error" });
  });

  it("tells damage from want of room, and leaves other errors alone", () => {
    expect(of(11)).toBeInstanceOf(StoreCorrupt);
    expect(of(26)).toBeInstanceOf(StoreCorrupt);
    expect(of(13)).toBeInstanceOf(StoreUnavailable);
    const own = new TypeError("ours");
    expect(storeError(own, "f")).toBe(own);
    expect(of(1)).not.toBeInstanceOf(StoreUnavailable);
  });

  it("knows a full disk from the file system, too", () => {
    const error = Object.assign(new Error("x"), { code: "ENOSPC" });
    expect(storeError(error, "f")).toMatchObject({ reason: "disk-full" });
  });
});
