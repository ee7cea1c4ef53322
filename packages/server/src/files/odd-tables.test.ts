import { describe, expect, it } from "vitest";
import { readTable } from "./csv-table.ts";
import type { CsvOptions } from "./read-options.ts";

async function columnsOf(content: string, options: CsvOptions = {}) {
  async function* bytes() {
    yield Buffer.from(content);
  }
  const { table, description } = await readTable({ name: "x.csv", bytes: bytes() }, options);
  const first = new Date(table.timestampsMs[0]!).toISOString().slice(0, 16);
  return { names: table.layout.metricNames, rows: table.rowCount, first, description, table };
}

/** Rows of five-minute steps from 2 March 2026 on. */
function rows(count: number, row: (at: string, i: number) => string): string {
  const at = (i: number) => new Date(Date.UTC(2026, 2, 2) + 300_000 * i).toISOString().slice(0, 19);
  return Array.from({ length: count }, (_, i) => `${row(at(i).replace("T", " "), i)}\n`).join("");
}

const START = "2026-03-02T00:00";

describe("tables that are a little odd", () => {
  it.each([
    [
      "a time column of any name",
      `bin(5m),avg(x)\n${rows(5, (at, i) => `${at},${i}.5`)}`,
      ["avg(x)"],
    ],
    [
      "an epoch column of any name",
      `sampled,x\n${rows(5, (at, i) => `${Date.parse(`${at}Z`) / 1000},${i}.5`)}`,
      ["x"],
    ],
    [
      "date and time of other names",
      `Datum,Uhrzeit,Wert\n${rows(5, (at, i) => `${at.slice(8, 10)}.03.2026,${at.slice(11, 16)},${i}`)}`,
      ["Wert"],
    ],
    ["a separator after the last field", `time,x\n${rows(5, (at, i) => `${at},${i}.5,`)}`, ["x"]],
    [
      "a title padded with separators",
      `Report,,\n,,\ntime,x,y\n${rows(5, (at, i) => `${at},${i}.5,1`)}`,
      ["x", "y"],
    ],
    ["bars", `time|x|y\n${rows(5, (at, i) => `${at}|${i}.5|1`)}`, ["x", "y"]],
    [
      "carriage returns alone",
      `time,x\r${rows(5, (at, i) => `${at},${i}.5`).replaceAll("\n", "\r")}`,
      ["x"],
    ],
    [
      "a column of true and false",
      `time,up,x\n${rows(5, (at, i) => `${at},${i > 2},${i}.5`)}`,
      ["x"],
    ],
    [
      "lines of totals around the rows",
      `Service,x\nService total,99\n${rows(5, (at, i) => `${at.slice(0, 16)},${i}.5`)}Total,\n`,
      ["x"],
    ],
    [
      "days under a name that is no time's",
      `day,x\n${["02", "03", "04", "05", "06"].map((day) => `202603${day},1.5\n`).join("")}`,
      ["x"],
    ],
    [
      "row numbers that were written twice",
      `Unnamed: 0.1,Unnamed: 0,time,x\n${rows(5, (at, i) => `${i},${i},${at},${i}.5`)}`,
      ["x"],
    ],
    [
      "dates as browsers write them, under lines of labels (GCP)",
      `"TimeSeries ID","web-1"\n"resource.type","gce_instance"\n"Time (UTC)",""\n${rows(
        5,
        (at, i) => `"Mon Mar 02 2026 ${at.slice(11)} GMT+0000 (Coordinated Universal Time)",${i}.5`,
      )}`,
      ["web-1"],
    ],
  ])("%s", async (_, text, names) => {
    expect(await columnsOf(text)).toMatchObject({ names, rows: 5, first: START });
  });

  it("are decided on more rows where the first leave something open", async () => {
    const day = (at: string) =>
      `${at.slice(8, 10)}/${at.slice(5, 7)}/${at.slice(0, 4)} ${at.slice(11)}`;
    const text = `time;x\n${rows(600, (at, i) => `${day(at)};${i < 500 ? "1,500" : "1,5"}`)}`;
    const { table, first, description } = await columnsOf(text);
    expect(first).toBe(START);
    expect(table.columns[0]![0]).toBe(1.5);
    expect(description.remarks).toEqual([
      "times are read as dates, day first, in UTC",
      "12,5 is read as twelve and a half",
    ]);
  });

  it("are refused where a later row speaks against what was settled", async () => {
    const text = `time;x\n${rows(600, (at, i) => `${at};${i < 500 ? "1.500" : "1,5"}`)}`;
    await expect(columnsOf(text)).rejects.toThrow(
      'x.csv:502: "1,5" in column x has a decimal comma, "1.500" in line 2 a point: say what the mark is with --decimal',
    );
    await expect(
      columnsOf(`time;x\n${rows(600, (at, i) => `${at};${i === 590 ? "998" : "1.005"}`)}`),
    ).rejects.toThrow('x.csv:2: "1.005" in column x may be 1005');
  });

  it("have infinite values as missing ones, and say so", async () => {
    const values = ["inf", "-Inf", "+Inf", "Infinity", "1.5"];
    const { table, description } = await columnsOf(
      `time,x\n${rows(5, (at, i) => `${at},${values[i]}`)}`,
    );
    expect([...table.columns[0]!]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1.5]);
    expect(description.remarks).toEqual(["infinite values are read as missing: 4"]);
  });

  it("with a word that is no total in place of a time are refused", async () => {
    const text = `time,x\n${rows(5, (at, i) => `${at},${i}`)}total loss,7\n`;
    await expect(columnsOf(text)).rejects.toThrow('x.csv:7: "total loss" is not a valid time');
  });

  it("lose lines that the caller wants skipped", async () => {
    const text = `a,b\nc,d\ntime,x\n${rows(3, (at, i) => `${at},${i}.5`)}`;
    expect(await columnsOf(text, { skip: 2 })).toMatchObject({ names: ["x"], rows: 3 });
    await expect(columnsOf(text, { skip: 99 })).rejects.toThrow("nothing comes after 99 lines");
  });
});
