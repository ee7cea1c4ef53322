import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "./refusal.ts";
import { crc32, openState, sealState } from "./state-bytes.ts";

describe("saved state", () => {
  it("has the checksum of the standard: 0xCBF43926 for the digits 1 to 9", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });

  it("has the checksum that zlib has, at every length and place in a buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(8), (bytes, from) => {
        const part = bytes.subarray(from);
        expect(crc32(part)).toBe(zlibCrc32(part));
      }),
    );
  });

  it("gives the payload back, as a copy, also from the middle of a larger buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (payload, shift) => {
        const sealed = sealState(7, 2, payload);
        const larger = new Uint8Array(sealed.length + shift + 5);
        larger.set(sealed, shift);
        const opened = openState(7, 2, larger.subarray(shift, shift + sealed.length));
        expect(opened).toEqual(payload);
        expect(opened.byteOffset).toBe(0);
      }),
    );
  });

  it("has no checksum of its own where what it is kept in has one, and is a view of that then", () => {
    const payload = Uint8Array.of(1, 2, 3);
    const sealed = sealState(7, 2, payload, "outer");
    expect([...sealed.slice(-4)]).toEqual([0, 0, 0, 0]);
    const opened = openState(7, 2, sealed, "outer");
    expect(opened).toEqual(payload);
    expect(opened.buffer).toBe(sealed.buffer);
    // One that has a checksum is read as well; its own is asked for unless something else covers it.
    expect(openState(7, 2, sealState(7, 2, payload), "outer")).toEqual(payload);
    expect(() => openState(7, 2, sealed)).toThrow(Refusal);
    expect(() => openState(7, 3, sealed, "outer")).toThrow(Refusal);
    expect(() => openState(7, 2, sealed.subarray(1), "outer")).toThrow(Refusal);
  });

  it("refuses another kind, another version, and every changed, missing or added byte", () => {
    const payload = fc.uint8Array({ maxLength: 60 });
    const at = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    fc.assert(
      fc.property(payload, at, fc.integer({ min: 1, max: 255 }), (bytes, where, flip) => {
        const sealed = sealState(7, 2, bytes);
        const place = Math.floor(where * sealed.length);
        const changed = sealed.slice();
        changed[place]! ^= flip;
        for (const bad of [changed, sealed.slice(0, place), Uint8Array.of(...sealed, 0)]) {
          expect(() => openState(7, 2, bad)).toThrow(Refusal);
        }
        expect(() => openState(8, 2, sealed)).toThrow("another kind or version");
        expect(() => openState(7, 3, sealed)).toThrow("another kind or version");
      }),
    );
  });
});
