import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteTable } from "./byte-table.ts";

describe("ByteTable", () => {
  it("answers as a map of the same keys would, wherever in a buffer the key stands", () => {
    const key = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ minLength: 5, maxLength: 200 }));
    const asked = fc.array(fc.tuple(key, fc.nat(9)), { maxLength: 2000, size: "max" });
    fc.assert(
      fc.property(asked, (pairs) => {
        const table = new ByteTable<number>(10_000);
        const map = new Map<string, number>();
        pairs.forEach(([text, shift], i) => {
          const bytes = Buffer.from(`${"#".repeat(shift)}${text}#`);
          const [start, end] = [shift, bytes.length - 1];
          expect(table.get(bytes, start, end)).toBe(map.get(text));
          if (map.has(text)) return;
          map.set(text, i);
          table.add(bytes, start, end, i);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("holds a hundred thousand keys and finds nearly every one", () => {
    const table = new ByteTable<number>(100_000);
    const keys = Array.from({ length: 101_000 }, (_, i) =>
      Buffer.from(`instance=10.0.${i}.1:9100`),
    );
    keys.forEach((key, i) => {
      table.add(key, 0, key.length, i);
    });
    expect(table.full).toBe(true);
    const found = keys.filter((key, i) => table.get(key, 0, key.length) === i);
    expect(found.length).toBeGreaterThan(99_900);
    const stranger = Buffer.from("instance=never");
    expect(table.get(stranger, 0, stranger.length)).toBeUndefined();
  });
});
