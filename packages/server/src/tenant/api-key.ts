import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

/** ingest = send points; read = look; manage = both, and settings; operator = every tenant. */
export const SCOPES = ["ingest", "read", "manage", "operator"] as const;
export type Scope = (typeof SCOPES)[number];

const PREFIX: Readonly<Record<Scope, string>> = {
  ingest: "fsk_ing_",
  read: "fsk_ro_",
  manage: "fsk_mgt_",
  operator: "fsk_opr_",
};

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^30 is 178 bits: a plain hash suffices, nobody guesses it. */
const SECRET_CHARS = 30;
/** 62^6 > 2^32, so that a CRC32 always fits. */
const CHECKSUM_CHARS = 6;
/** How much of the secret part names the key in lists and logs; the rest still holds 130 bits. */
const ID_CHARS = 8;

const SHAPE = /^fsk_(?:ing|ro|mgt|opr)_[0-9A-Za-z]{36}$/;

/** What a well-formed token says by itself. */
export interface ParsedKey {
  readonly scope: Scope;
  /** Public name of the key: prefix and the first characters of the secret. Safe to log. */
  readonly keyId: string;
  /** SHA-256 of the whole token: the only form in which it is stored. */
  readonly hash: Buffer;
}

/** A fresh token `prefix + 30 random base62 + 6 checksum`, from the system's secure source. */
export function newToken(scope: Scope): string {
  let body = PREFIX[scope];
  for (let i = 0; i < SECRET_CHARS; i++) body += BASE62[randomInt(62)]!;
  return body + checksumOf(body);
}

/** Undefined when the token cannot be one of ours: wrong shape or wrong checksum. Needs no database. */
export function parseKey(token: string): ParsedKey | undefined {
  if (!SHAPE.test(token)) return undefined;
  const body = token.slice(0, -CHECKSUM_CHARS);
  if (checksumOf(body) !== token.slice(-CHECKSUM_CHARS)) return undefined;
  const scope = SCOPES.find((known) => token.startsWith(PREFIX[known]))!;
  return { scope, keyId: token.slice(0, PREFIX[scope].length + ID_CHARS), hash: hashOf(token) };
}

export function hashOf(token: string): Buffer {
  return createHash("sha256").update(token, "latin1").digest();
}

/** Whether two hashes are equal, in time that does not depend on where they differ. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = "";
  for (let i = 0; i < CHECKSUM_CHARS; i++) {
    text = BASE62[rest % 62]! + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
