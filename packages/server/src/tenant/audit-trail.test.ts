import { beforeEach, describe, expect, it } from "vitest";
import { ControlDb } from "./control-db.ts";

let nowMs: number;
let control: ControlDb;
beforeEach(() => {
  nowMs = 1000;
  control = ControlDb.open(":memory:", () => nowMs, "cli:ada");
  return () => control.close();
});

describe("the audit trail", () => {
  it("has one entry per change, with its actor and without the key's text, and gives each once", () => {
    control.ensureTenant("acme");
    control.ensureTenant("acme");
    nowMs = 2000;
    const { token, key } = control.createKey({ tenant: "acme", scope: "read", note: "wall" });
    control.changeSettings("acme", { budgetDays: 3 });
    control.revokeKey(key.keyId);
    control.revokeKey(key.keyId);
    const entries = control.audit.takeUnlogged();
    const actor = "cli:ada";
    expect(entries).toEqual([
      { atMs: 1000, actor, action: "tenant created", tenant: "acme", subject: "" },
      { atMs: 2000, actor, action: "key created", tenant: "acme", subject: `${key.keyId} (read)` },
      {
        atMs: 2000,
        actor,
        action: "settings changed",
        tenant: "acme",
        subject: '{"budgetDays":3}',
      },
      { atMs: 2000, actor, action: "key revoked", tenant: "acme", subject: `${key.keyId} (read)` },
    ]);
    expect(JSON.stringify(entries)).not.toContain(token.slice(20));
    expect(control.audit.takeUnlogged()).toEqual([]);
  });

  it("has no entry for what was refused", () => {
    expect(() => control.changeSettings("acme", { budgetDays: 3 })).toThrow("no tenant");
    expect(() => control.createKey({ scope: "read" })).toThrow("needs a tenant");
    expect(() => control.revokeKey("fsk_ro_none")).toThrow("no key");
    expect(control.audit.takeUnlogged()).toEqual([]);
  });

  it("gives much in pages, and keeps no more than ten thousand", () => {
    for (let i = 0; i < 10_150; i++) control.audit.add("tenant released", "acme", String(i));
    const pages: number[] = [];
    for (let page = control.audit.takeUnlogged(); page.length > 0; ) {
      pages.push(page.length);
      page = control.audit.takeUnlogged();
    }
    expect(Math.max(...pages)).toBe(100);
    expect(pages.length).toBe(100);
  });
});
