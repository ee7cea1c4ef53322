import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DAY_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlDb } from "./control-db.ts";
import { TenantProblem } from "./tenant-problem.ts";

let folder = "";
let nowMs = Date.UTC(2026, 6, 1);
let db: ControlDb;

const path = () => join(folder, "control.db");
const open = () => ControlDb.open(path(), () => nowMs);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-quarantine-"));
  nowMs = Date.UTC(2026, 6, 1);
  db = open();
  for (const tenant of ["acme", "globex"]) db.ensureTenant(tenant);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("quarantine", () => {
  it("counts strikes of a tenant alone, and takes it in when told; all of it outlives the process", () => {
    expect(db.quarantine.strike("acme", "stood still in a fold")).toBe(1);
    nowMs += 60_000;
    expect(db.quarantine.strike("acme", "out of memory in a fold")).toBe(2);
    expect(db.quarantine.strike("globex", "stood still")).toBe(1);
    expect(db.quarantine.quarantined()).toEqual([]);
    db.quarantine.quarantine("acme", "out of memory in a fold");
    db.close();
    db = open();
    const record = {
      tenant: "acme",
      sinceMs: nowMs,
      reason: "out of memory in a fold",
      strikes: 2,
      struckMs: nowMs,
    };
    expect(db.quarantine.quarantined()).toEqual([record]);
    expect(db.quarantine.of("acme")).toEqual(record);
    expect(db.quarantine.of("globex")).toMatchObject({ sinceMs: null, strikes: 1 });
  });

  it("keeps when it began, whatever comes after", () => {
    db.quarantine.quarantine("acme", "first");
    const { sinceMs } = db.quarantine.of("acme")!;
    nowMs += 30 * DAY_MS;
    db.quarantine.quarantine("acme", "second");
    expect(db.quarantine.strike("acme", "third")).toBe(1);
    expect(db.quarantine.of("acme")).toMatchObject({ sinceMs, reason: "third" });
  });

  it("forgets strikes after a week without one, and everything when the tenant is released", () => {
    db.quarantine.strike("acme", "stood still");
    nowMs += 8 * DAY_MS;
    expect(db.quarantine.strike("acme", "stood still")).toBe(1);
    nowMs += 6 * DAY_MS;
    expect(db.quarantine.strike("acme", "stood still")).toBe(2);
    expect(db.quarantine.release("acme")).toBe(false);
    expect(db.quarantine.strike("acme", "stood still")).toBe(1);
    db.quarantine.quarantine("acme", "stood still");
    expect(db.quarantine.release("acme")).toBe(true);
    expect(db.quarantine.of("acme")).toBeUndefined();
  });

  it("knows no tenant that does not exist, and keeps no endless reason", () => {
    expect(() => db.quarantine.strike("nobody", "x")).toThrow(TenantProblem);
    expect(() => db.quarantine.quarantine("nobody", "x")).toThrow(TenantProblem);
    db.quarantine.quarantine("acme", "x".repeat(1e6));
    expect(db.quarantine.of("acme")!.reason).toHaveLength(500);
  });

  it("is added to a control.db of release 0.1.0, which keeps what it holds", () => {
    db.close();
    const raw = new DatabaseSync(path());
    raw.exec("DROP TABLE quarantine; PRAGMA user_version = 1");
    raw.close();
    db = open();
    expect(db.tenants().map(({ slug }) => slug)).toEqual(["acme", "globex"]);
    expect(db.quarantine.strike("acme", "stood still")).toBe(1);
  });
});

describe("control.db", () => {
  it("is readable by its owner alone", () => {
    expect(statSync(path()).mode & 0o077).toBe(0);
  });

  it("that cannot be used is named, with the true cause", () => {
    writeFileSync(
      join(folder, "garbage.db"),
      "this is no database, and was never one. ".repeat(99),
    );
    const garbage = () => ControlDb.open(join(folder, "garbage.db"), () => nowMs);
    expect(garbage).toThrow(TenantProblem);
    expect(garbage).toThrow(/garbage\.db: it is damaged \(file is not a database\)/);
    const below = () => ControlDb.open(join(folder, "garbage.db", "control.db"), () => nowMs);
    expect(below).toThrow(/control\.db: its folder cannot be made|control\.db: there is no right/);
  });
});
