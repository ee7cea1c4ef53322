import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpackedBody } from "./body-encoding.ts";
import { IngestProblem } from "./ingest-problem.ts";

const MIB = 1024 * 1024;

function faultOf(bytes: Buffer, encoding: string | undefined, bytesMax = MIB): string {
  try {
    unpackedBody(bytes, encoding, bytesMax);
  } catch (error) {
    if (error instanceof IngestProblem) return `${error.fault}: ${error.message}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("unpackedBody", () => {
  it("gives plain and gzipped bodies back as they were", () => {
    const body = Buffer.from("hello");
    expect(unpackedBody(body, undefined, MIB)).toEqual(body);
    expect(unpackedBody(body, "identity", MIB)).toEqual(body);
    expect(unpackedBody(gzipSync(body), " GZIP ", MIB)).toEqual(body);
  });

  it("stops a bomb at the limit, and at 200 times its size", () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    expect(faultOf(bomb, "gzip", 32 * MIB)).toMatch(/^body_too_large: .*more than \d+ bytes/);
    const small = gzipSync(Buffer.alloc(MIB));
    expect(small.length * 200).toBeLessThan(MIB);
    expect(faultOf(small, "gzip", 32 * MIB)).toMatch(/^body_too_large/);
  });

  it("says what is wrong with a body that is cut off, no gzip, packed otherwise, or too long", () => {
    const whole = gzipSync(Buffer.from("hello hello hello"));
    expect(faultOf(whole.subarray(0, 20), "gzip")).toMatch(/^malformed_body: .*broken or cut off/);
    expect(faultOf(Buffer.from("hello"), "gzip")).toMatch(/^malformed_body: .*not gzip/);
    expect(faultOf(brotliCompressSync("x"), "br")).toMatch(/^unsupported_encoding/);
    expect(faultOf(deflateSync("x"), "deflate")).toMatch(/^unsupported_encoding/);
    expect(faultOf(Buffer.alloc(11), undefined, 10)).toMatch(/^body_too_large/);
  });
});
