import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextColumn } from "./text-column.ts";

describe("TextColumn", () => {
  it("gives every text back as it came, in any alphabet and length", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (texts) => {
        const column = new TextColumn();
        for (const text of texts) column.push(text);
        expect(texts.map((_, i) => column.at(i))).toEqual(texts);
        expect(column.length).toBe(texts.length);
      }),
    );
  });

  it("grows past its first rows and bytes", () => {
    const column = new TextColumn();
    for (let i = 0; i < 5000; i++) column.push(`2026-07-01 00:00:${i}`);
    expect(column.at(0)).toBe("2026-07-01 00:00:0");
    expect(column.at(4999)).toBe("2026-07-01 00:00:4999");
    expect(column.at(5000)).toBe("");
  });
});
