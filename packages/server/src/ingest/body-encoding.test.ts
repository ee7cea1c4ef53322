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

  it("says what is wrong with a body that is cut off, no gzip, packed otherwise, or too long", async () => {
    const whole = gzipSync(Buffer.from("hello hello hello"));
    await expect(decodedBody(whole.subarray(0, 20), "gzip", MIB)).rejects.toThrow(
      /broken or cut off/,
    );
    await expect(decodedBody(Buffer.from("hello"), "gzip", MIB)).rejects.toThrow(/no gzip/);
    await expect(decodedBody(brotliCompressSync("x"), "br", MIB)).rejects.toMatchObject({
      fault: "unsupported_encoding",
    });
    await expect(decodedBody(Buffer.alloc(11), undefined, 10)).rejects.toMatchObject({
      fault: "body_too_large",
    });
  });
});
