import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptBytes } from "./chunk-codec.ts";
import { hasZeroRunsPacked, packZeroRuns, unpackZeroRuns } from "./zero-runs.ts";

const BYTES_MAX = 1 << 20;

describe("runs of zeros left out", () => {
  it("gives back what it was given, whatever that is", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat({ max: 200 }).map((zeros) => new Uint8Array(zeros)),
      fc.constantFrom(new Uint8Array(70_000), new Uint8Array(140_000).fill(7)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const bytes = new Uint8Array(Buffer.concat(pieces));
        const packed = packZeroRuns(bytes);
        expect(hasZeroRunsPacked(packed)).toBe(true);
        expect(unpackZeroRuns(packed, BYTES_MAX * 2)).toEqual(bytes);
      }),
    );
  });

  it("names 1,000 zeros between two bytes in 4: 5 + (4 + 1) + (4 + 1) bytes in all", () => {
    const bytes = new Uint8Array(1002);
    bytes[0] = 1;
    bytes[1001] = 2;
    expect(packZeroRuns(bytes).length).toBe(15);
  });

  it("refuses damaged bytes instead of reading past them", () => {
    const packed = packZeroRuns(Uint8Array.of(1, 2, 3, 0, 0, 0, 0, 0, 9));
    for (let i = 1; i < packed.length - 1; i++) {
      for (const cut of [
        packed.slice(0, i),
        packed.map((byte, k) => (k === i ? byte ^ 255 : byte)),
      ]) {
        try {
          expect(unpackZeroRuns(cut, BYTES_MAX).length).toBe(9);
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptBytes);
        }
      }
    }
  });
});
