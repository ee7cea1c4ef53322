import { describe, expect, it } from "vitest";
import { type ReadTable, readTable } from "./csv-table.ts";
import { metricNameOf } from "./entities.ts";
import { ratedTable } from "./rates.ts";
import type { CsvOptions } from "./read-options.ts";

async function read(content: string | Buffer, options: CsvOptions = {}): Promise<ReadTable> {
  async function* bytes() {
    const all = Buffer.from(content as string);
    for (let at = 0; at < all.length; at += 11) yield all.subarray(at, at + 11);
  }
  return await readTable({ name: "x.csv", bytes: bytes() }, options);
}

/** `node/metric time value` of every value there is. */
async function points(content: string | Buffer, options: CsvOptions = {}): Promise<string[]> {
  const { table } = await read(content, options);
  const all: string[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    table.columns.forEach((column, k) => {
      const entity = table.entities[table.entityOf[row]!]!;
      if (Number.isNaN(column[row]!)) return;
      const at = new Date(table.timestampsMs[row]!).toISOString().slice(5, 16);
      all.push(`${entity.node}/${metricNameOf(table.layout, entity, k)} ${at} ${column[row]}`);
    });
  }
  return all;
}

const T0 = "2026-03-02 00:00:00";
const T1 = "2026-03-02 00:05:00";
const values = async (lines: readonly string[], options: CsvOptions = {}) =>
  (
    await points(
      `time;a\n${lines.map((text, i) => `2026-03-02 00:0${i}:00;${text}`).join("\n")}\n`,
      options,
    )
  ).map((text) => Number(text.split(" ")[2]));

describe("numbers", () => {
  it.each([
    [
      ["1,278,336.378", "998.5"],
      [1_278_336.378, 998.5],
    ],
    [
      ["1.278.336,378", "998,5"],
      [1_278_336.378, 998.5],
    ],
    [
      ["1.278.336", "998"],
      [1_278_336, 998],
    ],
    [
      ["1\u202f278,5", "1 998,5"],
      [1278.5, 1998.5],
    ],
    [
      ["12,78,336.5", "4,40,490"],
      [1_278_336.5, 440_490],
    ],
    [
      ["1'278.5", "12"],
      [1278.5, 12],
    ],
    [
      ["41.237", "42.395"],
      [41.237, 42.395],
    ],
    [
      ["1.005", "998", "1005"],
      [1.005, 998, 1005],
    ],
    [
      ["1.005", "998", "0.5"],
      [1.005, 998, 0.5],
    ],
    [
      ["1,005", "998", "0,5"],
      [1.005, 998, 0.5],
    ],
    [
      ["12.5 %", "13%", "0"],
      [12.5, 13, 0],
    ],
    [
      ["1.2 GiB", "980 MiB"],
      [1.2 * 2 ** 30, 980 * 2 ** 20],
    ],
    [
      ["350 ms", "1.2 s", "2 min"],
      [0.35, 1.2, 120],
    ],
    [
      ["1.2 K", "980", "1.5 Mil"],
      [1200, 980, 1_500_000],
    ],
    [
      ["$12.50", "$1,200.00"],
      [12.5, 1200],
    ],
    [
      ["\u22125.5", "+3.25"],
      [-5.5, 3.25],
    ],
    [
      ["128Mi", "1Gi"],
      [128 * 2 ** 20, 2 ** 30],
    ],
    [["-nan", "NaN", "null", "N/A", "#N/A", "-", "", "7.25"], [7.25]],
  ])("%j are %j", async (texts, expected) => {
    expect(await values(texts)).toEqual(expected);
  });

  it.each([
    [["1.005", "998"], 'x.csv:2: "1.005" in column a may be 1005 or a number with three decimals'],
    [["998", "1.005"], "--decimal point or --decimal comma"],
    [["1,005", "998"], "--decimal point (thousands) or --decimal comma (decimals)"],
    [["12.5", "12,5"], "other numbers of the file have none"],
    [["12.5", "12 MB"], "has a unit of bytes, the numbers before it have none"],
    [["12 MB", "3 s"], "has a unit of seconds, the numbers before it have one of bytes"],
    [["250m"], "may be minutes, metres or thousandths"],
    [["12 parsecs", "13.5"], "is not a number"],
  ])("%j are refused: %s", async (texts, message) => {
    await expect(values(texts)).rejects.toThrow(message);
  });

  it("that read both ways are read as the flag says", async () => {
    expect(await values(["1.005", "998"], { decimal: "comma" })).toEqual([1005, 998]);
    expect(await values(["1.005", "998"], { decimal: "point" })).toEqual([1.005, 998]);
    expect(await values(["1,005", "998"], { decimal: "point" })).toEqual([1005, 998]);
  });
});

describe("the header", () => {
  it("is found below comments, titles and a separator line", async () => {
    const table = `time;a;b\n${T0};1,5;2\n${T1};2,5;3\n`;
    const expected = [
      "node/a 03-02T00:00 1.5",
      "node/b 03-02T00:00 2",
      "node/a 03-02T00:05 2.5",
      "node/b 03-02T00:05 3",
    ];
    for (const before of [
      "",
      "sep=;\r\n",
      "# it's \"one\n#two\n",
      "A title, with a comma\n\n",
      "\uFEFF",
    ]) {
      expect(await points(before + table), before).toEqual(expected);
    }
    expect(await points(Buffer.from(`\uFEFF${table}`, "utf16le"))).toEqual(expected);
    expect(await points(Buffer.from(table, "utf16le"))).toEqual(expected);
    expect(await points(Buffer.from(`\uFEFF${table}`, "utf16le").swap16())).toEqual(expected);
  });

  it("may come again, as in files that were put together", async () => {
    const part = `time,a\n${T0},1\n`;
    expect(await points(`${part}time,a\n${T1},2\n# end\n`)).toHaveLength(2);
  });

  it("may be a comment itself, and lack names for row numbers and empty columns", async () => {
    expect(await points(`#time,a,\n${T0},1,\n${T1},2,\n`)).toHaveLength(2);
    expect(await points(`,time,a\n7,${T0},1\n8,${T1},2\n`)).toEqual([
      "node/a 03-02T00:00 1",
      "node/a 03-02T00:05 2",
    ]);
    expect(await points(`,a\n${T0},1\n${T1},2\n`)).toHaveLength(2);
    await expect(points(`,time,a\n7,${T0},1\n9.5,${T1},2\n`)).rejects.toThrow(
      "column 1 has no name",
    );
    expect(await points(`,a\n${T0},1\n`, { time: "1" })).toHaveLength(1);
  });
});

describe("what a series is", () => {
  it("text columns are part of the name, other times and remarks are left out", async () => {
    const text = `time,host,disk,end,unit,value\n${T0},w,sda,${T1},B,1\n${T0},w,sdb,${T1},B,2\n`;
    expect(await points(text)).toEqual([
      'w/value{disk="sda"} 03-02T00:00 1',
      'w/value{disk="sdb"} 03-02T00:00 2',
    ]);
    const { description } = await read(text);
    expect(description.remarks).toEqual([
      "disk is part of the metric's name",
      "column end is left out: it holds other times",
      "column unit is left out: it holds remarks",
    ]);
  });

  it("a number column is where only it tells the rows of an instant apart", async () => {
    const rows = [T0, T1].flatMap((at, i) => [0, 1].map((cpu) => `${at},${cpu},${cpu * 10 + i}`));
    const found = await points(`time,core,usage\n${rows.join("\n")}\n`);
    expect(found).toEqual([
      'node/usage{core="0"} 03-02T00:00 0',
      'node/usage{core="1"} 03-02T00:00 10',
      'node/usage{core="0"} 03-02T00:05 1',
      'node/usage{core="1"} 03-02T00:05 11',
    ]);
    expect(await points(`time,core,usage\n${T0},0,5\n${T1},0,6\n`)).toHaveLength(4);
  });

  it("rows of several that nothing tells apart are refused, and what is written twice counts once", async () => {
    const rows = Array.from({ length: 10 }, (_, i) => `2026-03-02 00:0${i >> 1}:00,${i}`);
    await expect(points(`time,a\n${rows.join("\n")}\n`)).rejects.toThrow(
      "x.csv:3: 5 rows repeat an instant of their series with other values: name the columns",
    );
    const twice = await read(`time,a\n${T0},1\n${T1},2\n${T0},1\n`);
    expect(twice.table.twice).toEqual(new Map([[2, 0]]));
    expect(twice.description.remarks).toEqual(["1 row written twice, counted once"]);
  });
});

describe("JSON", () => {
  it("of Prometheus, plain or bare, with missing values", async () => {
    const result = [
      {
        metric: { __name__: "up", pod: "p" },
        values: [
          [1_772_409_600, "1.5"],
          [1_772_409_660.5, "NaN"],
          [1_772_409_720, "+Inf"],
        ],
      },
    ];
    const data = { resultType: "matrix", result };
    for (const answer of [{ status: "success", data }, data]) {
      expect(await points(JSON.stringify(answer))).toEqual(["p/up 03-02T00:00 1.5"]);
    }
  });

  it("that is of no known form, broken or empty is refused by name", async () => {
    await expect(points("{}")).rejects.toThrow(
      "x.csv: JSON of no form that is known: it may be Prometheus",
    );
    await expect(points('{"a":')).rejects.toThrow("x.csv: broken JSON");
    await expect(points('{"error":"too much"}')).rejects.toThrow('an error, "too much"');
    await expect(points('{"a":1}\n{"a":2}\n')).rejects.toThrow("x.csv:2: JSON of a value per line");
    await expect(points('{"MetricDataResults":[]}')).rejects.toThrow("without any point");
  });
});

describe("counters", () => {
  const column = (name: string, of: (i: number) => number | string, count = 100) =>
    `time,${name}\n${Array.from({ length: count }, (_, i) => `${1_772_409_600 + 60 * i},${of(i)}`).join("\n")}\n`;
  const rated = async (text: string, counters?: readonly string[]) => {
    const { table } = await read(text);
    const { table: out, remarks } = ratedTable(table, counters);
    return { first: [...out.columns[0]!.slice(0, 4)], remarks };
  };

  it("are told by their shape: whole numbers that only grow, but for resets", async () => {
    const { first, remarks } = await rated(
      column("work", (i) => (i < 50 ? 1000 + 60 * i : 60 * (i - 50))),
    );
    expect(first).toEqual([Number.NaN, 1, 1, 1]);
    expect(remarks[0]).toContain("work: a counter");
  });

  it.each([
    ["a gauge that falls", "x_total", (i: number) => 100 + (i % 7)],
    ["a constant", "x_total", () => 5],
    ["decimals that only grow", "disk", (i: number) => 10 + i / 3],
    [
      "a gauge that a suffix calls a counter",
      "queue_count",
      (i: number) => Math.abs(50 - (i % 100)),
    ],
  ])("%s is none", async (_, name, of) => {
    expect((await rated(column(name, of))).remarks).toEqual([]);
  });

  it("are what the patterns say, and nothing else", async () => {
    const growing = column("disk", (i) => 10 + i / 4);
    expect((await rated(growing, ["di*"])).first).toEqual([
      Number.NaN,
      0.25 / 60,
      0.25 / 60,
      0.25 / 60,
    ]);
    expect(
      (
        await rated(
          column("work", (i) => i),
          ["other"],
        )
      ).remarks,
    ).toEqual([]);
    expect(
      (
        await rated(
          column("work", (i) => i),
          ["none"],
        )
      ).remarks,
    ).toEqual([]);
  });
});
