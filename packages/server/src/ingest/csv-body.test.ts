import { describe, expect, it } from "vitest";
import { unpackBatch } from "../platform/packed-batch.ts";
import { decodeLimits } from "./body-budget.ts";
import { type CsvBodyOptions, readCsv } from "./csv-body.ts";

const LIMITS = decodeLimits(32 * 2 ** 20, 200_000);

function read(text: string, limits = LIMITS, options: CsvBodyOptions = {}) {
  return readCsv(Buffer.from(text), options, limits);
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

  it("keeps series apart that only a tag tells apart, and counts twice what is written twice once", () => {
    const at = 1_764_000_000;
    const { batch } = read(`time,disk,value\n${at},a,1\n${at},b,2\n${at},a,1\n${at + 60},a,3\n`);
    const { places } = unpackBatch(batch);
    expect(places.map(({ metricName }) => metricName)).toEqual([
      'value{disk="a"}',
      'value{disk="b"}',
    ]);
    expect([...batch.values]).toEqual([1, 3, 2]);
  });

  it("keeps the later of two values at one instant, and refuses series read as one", () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${1_764_000_000 + 60 * i},${i}`);
    const { batch } = read(`time,a\n${rows.join("\n")}\n1764000000,99\n`);
    expect(batch.values.length).toBe(20);
    expect([...batch.values]).toContain(99);
    expect([...batch.values]).not.toContain(0);
    expect(() =>
      read(`time,a\n${[...rows, ...rows.map((row) => `${row}5`)].join("\n")}\n`),
    ).toThrow(/repeat an instant/);
  });

  it("refuses times of 1970 and JSON, naming parameters instead of flags", () => {
    expect(() => read("time,a\n0,1\n60,2\n")).toThrow(/"0" in seconds would be 1970-01-01/);
    expect(() => read('{"a":1}')).toThrow(/JSON, no CSV/);
    try {
      read("time,a\n03/02/2026,1\n");
      throw new Error("nothing was refused");
    } catch (error) {
      expect((error as { hint: string }).hint).toContain("the parameter timeFormat");
    }
    const told = read("time,a\n03/02/2026,1\n", LIMITS, { timeFormat: "dd/MM/yyyy" });
    expect(new Date(told.batch.timestampsMs[0]!).toISOString()).toBe("2026-02-03T00:00:00.000Z");
  });

  it("says which are counters where that is told, and nothing where it is not", () => {
    const text = "time,a_total,b\n1764000000,1,2\n";
    const counters = (options: CsvBodyOptions) =>
      unpackBatch(read(text, LIMITS, options).batch).places.map(({ counter }) => counter);
    expect(counters({})).toEqual([undefined, undefined]);
    expect(counters({ counters: ["b"] })).toEqual([false, true]);
  });
});
