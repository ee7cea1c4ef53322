import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteTable } from "./byte-table.ts";

const MIB = 1024 * 1024;

function numberAt(table: ByteTable, bytes: Buffer, start = 0, end = bytes.length) {
  const index = table.find(bytes, start, end);
  if (index < 0) return undefined;
  return Number(table.arena.toString("latin1", table.from(index), table.to(index)));
}

function numberedBy(table: ByteTable, key: Buffer): string {
  const index = table.find(key, 0, key.length);
  return table.arena.toString("latin1", table.from(index), table.to(index));
}

describe("ByteTable", () => {
  it("answers as a map of the same keys would, wherever in a buffer the key stands", () => {
    const key = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ minLength: 5, maxLength: 200 }));
    const asked = fc.array(fc.tuple(key, fc.nat(9)), { maxLength: 2000, size: "max" });
    fc.assert(
      fc.property(asked, (pairs) => {
        const table = new ByteTable(4 * MIB);
        const map = new Map<string, number>();
        pairs.forEach(([text, shift], i) => {
          const bytes = Buffer.from(`${"#".repeat(shift)}${text}#`);
          const [start, end] = [shift, bytes.length - 1];
          expect(numberAt(table, bytes, start, end)).toBe(map.get(text));
          if (map.has(text)) return;
          map.set(text, i);
          expect(table.add(bytes, start, end, Buffer.from(`${i}`))).toBe(true);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("looks for the key after the one that was found last first", () => {
    const table = new ByteTable(MIB);
    const keys = ["node-1", "node-2", "node-3", "node-2"].map((text) => Buffer.from(text));
    for (const key of keys.slice(0, 3)) table.add(key, 0, key.length, key);
    const looked = keys.map((key) => {
      const before = table.lookUps;
      expect(numberedBy(table, key)).toBe(key.toString());
      return table.lookUps - before;
    });
    // The first one follows nothing, and the last one is not the next.
    expect(looked).toEqual([0, 0, 0, 1]);
  });

  it("finds nearly every one of a hundred thousand keys", () => {
    const table = new ByteTable(16 * MIB);
    const keys = Array.from({ length: 100_000 }, (_, i) =>
      Buffer.from(`instance=10.0.${i}.1:9100`),
    );
    keys.forEach((key, i) => void table.add(key, 0, key.length, Buffer.from(`${i}`)));
    const found = keys.filter((key, i) => numberAt(table, key) === i);
    expect(found.length).toBeGreaterThan(99_900);
    expect(numberAt(table, Buffer.from("instance=never"))).toBeUndefined();
  });

  it.each([1, 100, 5000])("never takes more than its bytes, with keys of %i bytes", (length) => {
    const table = new ByteTable(MIB);
    let added = 0;
    for (let i = 0; i < 200_000; i++) {
      const key = Buffer.from(`${i}`.padEnd(length, "x"));
      if (!table.add(key, 0, key.length, key)) break;
      added++;
      expect(table.bytes).toBeLessThanOrEqual(MIB);
    }
    expect(added).toBeGreaterThan(MIB / 4 / (2 * length + 40));
    expect(added).toBeLessThan(200_000);
  });
});
