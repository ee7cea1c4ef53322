import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf, newToken, parseKey, SCOPES, sameHash } from "./api-key.ts";

const scopes = fc.constantFrom(...SCOPES);

describe("newToken and parseKey", () => {
  it("makes tokens that parse to their own scope, id and hash", () => {
    fc.assert(
      fc.property(scopes, (scope) => {
        const token = newToken(scope);
        const parsed = parseKey(token)!;
        expect(token).toMatch(/^fsk_(ing|ro|mgt|opr)_[0-9A-Za-z]{36}$/);
        expect(parsed.scope).toBe(scope);
        expect(token.startsWith(parsed.keyId)).toBe(true);
        expect(sameHash(parsed.hash, hashOf(token))).toBe(true);
      }),
    );
  });

  it("refuses a token in which any one character was changed", () => {
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const change = fc.record({
      scope: scopes,
      place: fc.nat(35),
      char: fc.constantFrom(...alphabet.split("")),
    });
    fc.assert(
      fc.property(change, ({ scope, place, char }) => {
        const token = newToken(scope);
        const at = token.length - 36 + place;
        const changed = token.slice(0, at) + char + token.slice(at + 1);
        expect(parseKey(changed) === undefined).toBe(changed !== token);
      }),
    );
  });

  it("knows its checksum by hand: CRC32 of fsk_ro_ and thirty zeros in base 62", () => {
    // crc32("fsk_ro_" + "0" * 30) computed by Python's zlib: 4051187887 = 4QAN27 in base 62.
    expect(parseKey(`fsk_ro_${"0".repeat(30)}4QAN20`)).toBeUndefined();
    expect(parseKey(`fsk_ro_${"0".repeat(30)}4QAN27`)?.keyId).toBe("fsk_ro_00000000");
  });

  it("refuses what is no key of ours", () => {
    for (const text of ["", "fsk_", "Bearer x", "fsk_xx_", `fsk_ro_${"é".repeat(36)}`]) {
      expect(parseKey(text)).toBeUndefined();
    }
  });

  it("never makes the same token twice in a thousand", () => {
    const tokens = new Set(Array.from({ length: 1000 }, () => newToken("read")));
    expect(tokens.size).toBe(1000);
  });
});
