import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseKey } from "./api-key.ts";
import { ControlDb } from "./control-db.ts";
import { Keyring } from "./keyring.ts";
import { TenantProblem } from "./tenant-problem.ts";
import { DEFAULT_SETTINGS, SettingsProblem } from "./tenant-settings.ts";

let folder: string;
let path: string;
let nowMs: number;
const opened: ControlDb[] = [];

function open(): ControlDb {
  const db = ControlDb.open(path, () => nowMs);
  opened.push(db);
  return db;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-control-"));
  path = join(folder, "data", "control.db");
  nowMs = 1_764_000_000_000;
});

afterEach(() => {
  for (const db of opened.splice(0)) db.close();
  rmSync(folder, { recursive: true });
});

describe("ControlDb", () => {
  it("remembers tenants, keys and settings over a restart", () => {
    const first = open();
    first.ensureTenant("globex");
    first.ensureTenant("acme");
    first.changeSettings("acme", { budgetDays: 3, limits: { pointsPerSecond: 5 } });
    first.changeSettings("acme", { budgetDays: 30, limits: { pointsBurst: 7 } });
    const { key } = first.createKey({ tenant: "acme", scope: "read", note: "for the wall" });
    first.close();
    const again = open();
    expect(again.tenants().map(({ slug }) => slug)).toEqual(["acme", "globex"]);
    expect(again.settings("acme").budgetDays).toBe(30);
    expect(again.settings("acme").limits).toEqual({
      ...DEFAULT_SETTINGS.limits,
      pointsPerSecond: 5,
      pointsBurst: 7,
    });
    expect(again.settings("globex")).toEqual(DEFAULT_SETTINGS);
    expect(again.keys("acme")).toEqual([key]);
    expect(again.keys("globex")).toEqual([]);
  });

  it("never writes the token itself to disk", () => {
    const db = open();
    db.ensureTenant("acme");
    const { token, key } = db.createKey({ tenant: "acme", scope: "ingest" });
    db.close();
    const raw = new DatabaseSync(path);
    const dump = JSON.stringify(raw.prepare("SELECT * FROM api_key").all());
    raw.close();
    expect(dump).toContain(key.keyId);
    expect(dump).not.toContain(token);
    expect(dump).not.toContain(token.slice(key.keyId.length));
  });

  it("refuses names that could climb out of a folder, or say nothing", () => {
    const db = open();
    for (const slug of ["", "..", "../x", "a/b", "A", "-a", "a".repeat(65), "a\0b", " a"]) {
      expect(() => db.ensureTenant(slug), JSON.stringify(slug)).toThrow(TenantProblem);
    }
    expect(db.ensureTenant("a.b-c_1").slug).toBe("a.b-c_1");
  });

  it("makes a tenant once, whoever asks how often", () => {
    const db = open();
    const made = db.ensureTenant("acme");
    nowMs += 1000;
    expect(open().ensureTenant("acme")).toEqual(made);
    expect(db.tenants()).toHaveLength(1);
  });

  it("gives operator keys no tenant, and all others one that exists", () => {
    const db = open();
    db.ensureTenant("acme");
    expect(() => db.createKey({ tenant: "acme", scope: "operator" })).toThrow(
      /does not belong to a tenant/,
    );
    expect(() => db.createKey({ scope: "read" })).toThrow(/needs a tenant/);
    expect(() => db.createKey({ tenant: "globex", scope: "read" })).toThrow(/no tenant "globex"/);
    expect(db.createKey({ scope: "operator" }).key.tenant).toBeNull();
  });

  it("does not make a key that is expired already, nor a 51st live one", () => {
    const db = open();
    db.ensureTenant("acme");
    const expired = { tenant: "acme", scope: "read", expiresAt: nowMs } as const;
    expect(() => db.createKey(expired)).toThrow(/already be expired/);
    for (let i = 0; i < 50; i++) db.createKey({ tenant: "acme", scope: "read" });
    expect(() => db.createKey({ tenant: "acme", scope: "read" })).toThrow(/revoke one first/);
    db.revokeKey(db.keys("acme")[0]!.keyId);
    expect(db.createKey({ tenant: "acme", scope: "read" }).key.scope).toBe("read");
  });

  it("revokes once: the first instant stays; an unknown id is said", () => {
    const db = open();
    db.ensureTenant("acme");
    const { key } = db.createKey({ tenant: "acme", scope: "read" });
    const revokedAt = nowMs;
    db.revokeKey(key.keyId);
    nowMs += 60_000;
    expect(db.revokeKey(key.keyId).revokedAt).toBe(revokedAt);
    expect(() => db.revokeKey("fsk_ro_00000000")).toThrow(/no key "fsk_ro_00000000"/);
  });

  it("refuses settings that make no sense and keeps the old ones", () => {
    const db = open();
    db.ensureTenant("acme");
    for (const patch of [
      { budgetDays: 0 },
      { budgetDays: Number.NaN },
      { stepMs: 1.5 },
      { limits: { pointsPerSecond: -1 } },
      { labels: { node: [] } },
    ]) {
      expect(() => db.changeSettings("acme", patch), JSON.stringify(patch)).toThrow(
        SettingsProblem,
      );
    }
    expect(db.settings("acme")).toEqual(DEFAULT_SETTINGS);
    expect(() => db.changeSettings("globex", { budgetDays: 3 })).toThrow(TenantProblem);
  });

  it("leaves a file of a newer format untouched", () => {
    open().close();
    const raw = new DatabaseSync(path);
    raw.exec("PRAGMA user_version = 99");
    raw.close();
    expect(() => open()).toThrow(/format 99/);
  });

  it("holds to STRICT tables, foreign keys and synchronous=FULL", () => {
    const db = open();
    db.ensureTenant("acme");
    const raw = new DatabaseSync(path);
    const strict = raw
      .prepare("SELECT name, strict FROM pragma_table_list WHERE schema='main'")
      .all();
    const ours = strict.filter(({ name }) => name === "tenant" || name === "api_key");
    expect(ours.map((row) => row.strict)).toEqual([1, 1]);
    expect(raw.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    const orphan = `INSERT INTO api_key (key_id, tenant_id, scope, hash, note, created_ms)
      VALUES ('x', 999, 'read', zeroblob(32), '', 0)`;
    raw.exec("PRAGMA foreign_keys=ON");
    expect(() => raw.exec(orphan)).toThrow(/FOREIGN KEY/);
    const sentinel = orphan.replace("999", "NULL");
    expect(() => raw.exec(sentinel)).toThrow(/CHECK/);
    raw.close();
  });
});

describe("revocation by another process", () => {
  it("is seen within five seconds, although good answers are remembered", () => {
    const server = open();
    server.ensureTenant("acme");
    const { token } = server.createKey({ tenant: "acme", scope: "read" });
    const keyring = new Keyring(server, () => nowMs);
    expect(keyring.check(token)).toEqual({
      holder: { keyId: parseKey(token)!.keyId, scope: "read", tenantId: "acme" },
    });
    open().revokeKey(parseKey(token)!.keyId);
    nowMs += 5000;
    expect(keyring.check(token)).toMatchObject({
      problem: "revoked",
      keyId: expect.stringMatching(/^fsk_/),
    });
  });
});
