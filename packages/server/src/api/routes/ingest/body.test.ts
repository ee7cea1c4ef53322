import { describe, expect, it } from "vitest";
import { inOneBuffer } from "./body.ts";

describe("the chunks of a body", () => {
  it("are joined in memory of its own, and let go", () => {
    const chunks = [
      Buffer.from(Uint8Array.of(1, 2, 3).buffer),
      Buffer.from(Uint8Array.of(4).buffer),
    ];
    const bytes = inOneBuffer(chunks, 4);
    expect([...bytes]).toEqual([1, 2, 3, 4]);
    expect(bytes.buffer.byteLength).toBe(4);
    expect(chunks.map(({ buffer }) => buffer.byteLength)).toEqual([0, 0]);
  });

  it("that share their memory with others are left", () => {
    const shared = Buffer.from(Uint8Array.of(9, 1, 2, 9).buffer);
    expect([...inOneBuffer([shared.subarray(1, 3)], 2)]).toEqual([1, 2]);
    expect([...shared]).toEqual([9, 1, 2, 9]);
  });
});
