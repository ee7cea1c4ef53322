import { describe, expect, it } from "vitest";
import { unpackBatch } from "../platform/packed-batch.ts";
import { decodeLimits } from "./body-budget.ts";
import { readCsv } from "./csv-body.ts";

const LIMITS = decodeLimits(32 * 2 ** 20, 200_000);

function read(text: string, limits = LIMITS) {
  return readCsv(Buffer.from(text), {}, limits);
}

describe("readCsv", () => {
  it("takes a row as wide as a body may have points", () => {
    const columns = Array.from({ length: 199_999 }, (_, i) => i);
    const header = `timestamp,${columns.map((i) => `m${i}`).join(",")}`;
    const { batch } = read(`${header}\n1764000000,${columns.join(",")}\n`);
    expect(batch.ends.length).toBe(columns.length);
    expect([batch.values[0], batch.values.at(-1)]).toEqual([0, 199_998]);
    expect(() => read(`${header},one,more\n`)).toThrow(/more than 200000 columns/);
  });

  it("gives the same points for rows in one piece or in many", () => {
    const rows = Array.from({ length: 150_000 }, (_, i) => `n${i % 7},${1_764_000_000 + i},${i}`);
    const { batch, charged } = read(`node,timestamp,value\n${rows.join("\n")}`);
    const values = [...batch.values].sort((a, b) => a - b);
    expect(values).toEqual(rows.map((_, i) => i));
    expect(charged).toBe(150_000);
    const nodes = new Set(unpackBatch(batch).places.map(({ nodeId }) => nodeId));
    expect([...nodes].sort()).toEqual(["n0", "n1", "n2", "n3", "n4", "n5", "n6"]);
  });

  it("names the line of what is wrong, in few words however long it is", () => {
    const long = "x".repeat(100_000);
    const cases: [text: string, pointer: string][] = [
      [`timestamp,value\n\n1764000000,${long}\n`, "line 3"],
      [`timestamp,value\n${long},1\n`, "line 2"],
      [`timestamp,${long},${long}\n`, "line 1"],
      [`${long},${long}y\n`, "line 1"],
    ];
    for (const [text, pointer] of cases) {
      try {
        read(text);
        throw new Error("nothing was refused");
      } catch (error) {
        expect(error).toMatchObject({ fault: "malformed_body", pointer });
        expect((error as Error).message.length).toBeLessThan(300);
      }
    }
  });
});
