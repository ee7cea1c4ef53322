import type { EpochMs } from "@foreshock/core/fold";
import { hashOf, type ParsedKey, parseKey, type Scope, sameHash } from "./api-key.ts";
import type { StoredKey } from "./control-db.ts";

/** Whom a checked key belongs to. Only operators have no tenant of their own. */
export type KeyHolder =
  | { readonly keyId: string; readonly scope: "operator"; readonly tenantId: undefined }
  | {
      readonly keyId: string;
      readonly scope: Exclude<Scope, "operator">;
      readonly tenantId: string;
    };

export type KeyProblem = "missing" | "malformed" | "unknown" | "revoked" | "expired";

/** A refused key that was one of ours is named, for the log: its public id, and whose it was. */
export type KeyCheck =
  | { readonly holder: KeyHolder }
  | {
      readonly problem: KeyProblem;
      readonly keyId?: string | undefined;
      readonly tenantId?: string | undefined;
    };

/** Where the keyring looks keys up: `ControlDb`, or a map in tests. */
export interface KeySource {
  storedKey(keyId: string): StoredKey | undefined;
}

/** A key revoked by another process is refused after at most this long (promised: 5 s). */
const CACHE_MS = 2000;
const CACHE_ENTRIES_MAX = 10_000;

/**
 * Checks tokens. Good answers are remembered for two seconds, refusals never: a fresh key works at
 * once, and nobody can fill the memory with guesses.
 */
export class Keyring {
  readonly #source: KeySource;
  readonly #now: () => EpochMs;
  readonly #cache = new Map<string, { readonly key: StoredKey; readonly sinceMs: EpochMs }>();

  constructor(source: KeySource, now: () => EpochMs) {
    this.#source = source;
    this.#now = now;
  }

  /** Cost: one SHA-256, and one indexed read every two seconds and key. */
  check(token: string | undefined): KeyCheck {
    if (token === undefined || token === "") return { problem: "missing" };
    const parsed = parseKey(token);
    if (parsed === undefined) return { problem: "malformed" };
    const key = this.#lookUp(parsed);
    if (key === undefined) return { problem: "unknown" };
    const named = { keyId: key.keyId, tenantId: key.tenant ?? undefined };
    if (key.revokedAt !== null) return { problem: "revoked", ...named };
    if (key.expiresAt !== null && key.expiresAt <= this.#now()) {
      return { problem: "expired", ...named };
    }
    return { holder: holderOf(key) };
  }

  #lookUp(parsed: ParsedKey): StoredKey | undefined {
    const text = parsed.hash.toString("latin1");
    const nowMs = this.#now();
    const known = this.#cache.get(text);
    if (known !== undefined) {
      const ageMs = nowMs - known.sinceMs;
      if (ageMs >= 0 && ageMs < CACHE_MS) return known.key;
      this.#cache.delete(text);
    }
    const key = this.#source.storedKey(parsed.keyId);
    if (key === undefined || !sameHash(key.hash, parsed.hash)) return undefined;
    if (this.#cache.size >= CACHE_ENTRIES_MAX) this.#cache.clear();
    this.#cache.set(text, { key, sinceMs: nowMs });
    return key;
  }
}

/** Keys that live in memory only, for the demonstration and for tests. */
export class MemoryKeys implements KeySource {
  readonly #keys = new Map<string, StoredKey>();

  /** @param tenant null for operator keys. Replaces a key of the same id. */
  add(token: string, tenant: string | null, change: Partial<StoredKey> = {}): void {
    const { keyId, scope } = parseKey(token)!;
    const life = { note: "", createdAt: 0, expiresAt: null, revokedAt: null };
    this.#keys.set(keyId, { keyId, tenant, scope, hash: hashOf(token), ...life, ...change });
  }

  storedKey(keyId: string): StoredKey | undefined {
    return this.#keys.get(keyId);
  }
}

function holderOf({ keyId, scope, tenant }: StoredKey): KeyHolder {
  if (scope === "operator") return { keyId, scope, tenantId: undefined };
  return { keyId, scope, tenantId: tenant! };
}
