import { describe, expect, it } from "vitest";
import { newToken, parseKey } from "./api-key.ts";
import type { StoredKey } from "./control-db.ts";
import { Keyring, MemoryKeys } from "./keyring.ts";

function ring() {
  const keys = new MemoryKeys();
  const clock = { nowMs: 1_764_000_000_000 };
  const asked: string[] = [];
  const source = {
    storedKey(keyId: string): StoredKey | undefined {
      asked.push(keyId);
      return keys.storedKey(keyId);
    },
  };
  return { keys, clock, asked, keyring: new Keyring(source, () => clock.nowMs) };
}

describe("Keyring", () => {
  it("says what is wrong with a token, each in its own word", () => {
    const { keys, clock, keyring } = ring();
    const revoked = newToken("read");
    const expired = newToken("read");
    keys.add(revoked, "acme", { revokedAt: 1 });
    keys.add(expired, "acme", { expiresAt: clock.nowMs });
    expect(keyring.check(undefined)).toEqual({ problem: "missing" });
    expect(keyring.check("")).toEqual({ problem: "missing" });
    expect(keyring.check("secret")).toEqual({ problem: "malformed" });
    expect(keyring.check(newToken("read"))).toEqual({ problem: "unknown" });
    expect(keyring.check(revoked)).toMatchObject({
      problem: "revoked",
      keyId: expect.stringMatching(/^fsk_/),
    });
    expect(keyring.check(expired)).toMatchObject({ problem: "expired" });
  });

  it("refuses a token that shares its public name with a known one", () => {
    const { keys, keyring } = ring();
    const token = newToken("read");
    const { keyId } = parseKey(token)!;
    // Another key stored under this name: what a thief of the list of ids could wish for.
    keys.add(token, "acme", { keyId, hash: parseKey(newToken("read"))!.hash });
    expect(keyring.check(token)).toEqual({ problem: "unknown" });
  });

  it("gives operators no tenant", () => {
    const { keys, keyring } = ring();
    const token = newToken("operator");
    keys.add(token, null);
    const keyId = parseKey(token)!.keyId;
    expect(keyring.check(token)).toEqual({
      holder: { keyId, scope: "operator", tenantId: undefined },
    });
  });

  it("asks its source once in two seconds for a good key, and each time for an unknown one", () => {
    const { keys, clock, asked, keyring } = ring();
    const token = newToken("read");
    keys.add(token, "acme");
    for (let i = 0; i < 20; i++) {
      keyring.check(token);
      clock.nowMs += 99;
    }
    expect(asked).toHaveLength(1);
    clock.nowMs += 200;
    keyring.check(token);
    expect(asked).toHaveLength(2);
    for (let i = 0; i < 5; i++) keyring.check(newToken("read"));
    expect(asked).toHaveLength(7);
  });

  it("lets a key expire on the instant, remembered or not", () => {
    const { keys, clock, keyring } = ring();
    const token = newToken("read");
    keys.add(token, "acme", { expiresAt: clock.nowMs + 1000 });
    expect(keyring.check(token)).toHaveProperty("holder");
    clock.nowMs += 1000;
    expect(keyring.check(token)).toMatchObject({ problem: "expired" });
  });

  it("does not trust what it remembers when the clock goes back", () => {
    const { keys, clock, asked, keyring } = ring();
    const token = newToken("read");
    keys.add(token, "acme");
    keyring.check(token);
    clock.nowMs -= 3_600_000;
    keyring.check(token);
    expect(asked).toHaveLength(2);
  });
});
