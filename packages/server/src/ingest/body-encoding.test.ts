import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodedBody } from "./body-encoding.ts";
import type { IngestProblem } from "./ingest-problem.ts";

const MIB = 1024 * 1024;

describe("decodedBody", () => {
  it("gives plain and gzipped bodies back as they were", async () => {
    const body = Buffer.from("hello");
    expect(await decodedBody(body, undefined, MIB)).toEqual(body);
    expect(await decodedBody(body, "identity", MIB)).toEqual(body);
    expect(await decodedBody(gzipSync(body), " GZIP ", MIB)).toEqual(body);
  });

  it("stops a bomb at the limit, and at 200 times its size", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    await expect(decodedBody(bomb, "gzip", 32 * MIB)).rejects.toThrow(/more than \d+ bytes/);
    const small = gzipSync(Buffer.alloc(MIB));
    expect(small.length * 200).toBeLessThan(MIB);
    await expect(decodedBody(small, "gzip", 32 * MIB)).rejects.toMatchObject({
      fault: "body_too_large",
    } satisfies Partial<IngestProblem>);
  });

  it("tells each piece as it unfolds, and stops when that is too much for the caller", async () => {
    const body = Buffer.alloc(2 * MIB, "0123456789abcdef0123456789abcde");
    let told = 0;
    const whole = await decodedBody(gzipSync(body, { level: 1 }), "gzip", 4 * MIB, (bytes) => {
      told += bytes;
    });
    expect([whole.equals(body), told]).toEqual([true, body.length]);
    const full = new Error("no room");
    const refused = decodedBody(gzipSync(body, { level: 1 }), "gzip", 4 * MIB, () => {
      throw full;
    });
    await expect(refused).rejects.toBe(full);
  });

  it("says what is wrong with a body that is cut off, no gzip, packed otherwise, or too long", async () => {
    const whole = gzipSync(Buffer.from("hello hello hello"));
    await expect(decodedBody(whole.subarray(0, 20), "gzip", MIB)).rejects.toThrow(
      /broken or cut off/,
    );
    await expect(decodedBody(Buffer.from("hello"), "gzip", MIB)).rejects.toThrow(/not gzip/);
    await expect(decodedBody(brotliCompressSync("x"), "br", MIB)).rejects.toMatchObject({
      fault: "unsupported_encoding",
    });
    await expect(decodedBody(Buffer.alloc(11), undefined, 10)).rejects.toMatchObject({
      fault: "body_too_large",
    });
  });
});
