import { gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsvTable } from "./csv-table.ts";
import type { CsvOptions } from "./read-options.ts";
import { csvBatches, readCsvRecords } from "./records.ts";
import type { CsvBatch } from "./rows.ts";
import { seriesOfBatch } from "./series-of-batch.ts";

describe("csvBatches", () => {
  it("reads a narrow file: the one series is called as its value column", async () => {
    const table = await tableOf("timestamp,value\n1700000000,1.5\n1700000060,\n1700000120,NaN\n");
    expect(table.layout.format).toBe("narrow");
    expect(table.layout.metricNames).toEqual(["value"]);
    expect([...table.timestampsMs]).toEqual([
      1_700_000_000_000, 1_700_000_060_000, 1_700_000_120_000,
    ]);
    expect([...table.columns[0]!]).toEqual([1.5, Number.NaN, Number.NaN]);
    expect(table.stamps.at(1)).toBe("1700000060");
    expect(table.entities).toEqual([
      { cluster: "default", node: "node", metric: undefined, tags: "" },
    ]);
  });

  it("reads a wide file: every other column is a metric of one node", async () => {
    const table = await tableOf("cpu,timestamp,mem\n1,1700000000,2\n3,1700000060,null\n", {
      cluster: "eu",
      node: "db-1",
    });
    expect(table.layout.format).toBe("wide");
    expect(table.layout.metricNames).toEqual(["cpu", "mem"]);
    expect(table.columns.map((column) => [...column])).toEqual([
      [1, 3],
      [2, Number.NaN],
    ]);
    expect(table.entities).toEqual([{ cluster: "eu", node: "db-1", metric: undefined, tags: "" }]);
  });

  it("reads a long file with its columns in any order", async () => {
    const text =
      "value,metric,node,timestamp,cluster\n1,cpu,a,1700000000,eu\n2,mem,a,1700000000,eu\n";
    const [batch] = await batchesOf(text);
    expect(batch!.layout.format).toBe("long");
    expect(
      seriesOfBatch(batch!).map((s) => [s.clusterId, s.nodeId, s.metricName, ...s.values]),
    ).toEqual([
      ["eu", "a", "cpu", 1],
      ["eu", "a", "mem", 2],
    ]);
  });

  it("lets the caller say which column is what", async () => {
    const text = "when;dc;box;reading;note\n2026-07-01 12:00:00;eu;a;7;x\n";
    const [batch] = await batchesOf(text, {
      time: "when",
      values: ["reading"],
      by: ["cluster=dc", "box"],
    });
    expect(seriesOfBatch(batch!)[0]).toMatchObject({
      clusterId: "eu",
      nodeId: "a",
      metricName: "reading",
      values: Float64Array.of(7),
    });
  });

  it("understands quotes, CRLF, blank lines, a byte order mark and gzip", async () => {
    const text = '\uFEFFtimestamp,"a ""b"", c"\r\n\r\n"1700000000","1"\r\n1700000060,2';
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const table = await readCsvTable({ name: "x.csv", bytes: pieces(bytes, 3) }, {});
      expect(table.layout.metricNames).toEqual(['a "b", c']);
      expect([...table.columns[0]!]).toEqual([1, 2]);
    }
  });

  it("gives large files in bounded batches, every row once", async () => {
    const rows = Array.from({ length: 150_000 }, (_, i) => `${1_700_000_000 + i},${i}`);
    const batches = await batchesOf(`timestamp,value\n${rows.join("\n")}\n`, {}, 65_536);
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flatMap((batch) => [...batch.values])).toEqual(rows.map((_, i) => i));
    expect(Math.max(...batches.map((batch) => batch.rowCount))).toBeLessThan(80_000);
    expect(batches.at(-1)!.lines.at(-1)).toBe(150_001);
  });
});

describe("a broken CSV", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["an empty file", "", "x.csv: the file is empty"],
    ["no header", "1700000000,1\n", "x.csv:1: no header line: begin the file with"],
    ["no time column", "a,b\n1,2\n", 'x.csv:1: no time column among "a", "b": name it with --time'],
    ["no value column", "timestamp\n1\n", 'x.csv:1: no value column beside "timestamp"'],
    ["a column twice", "timestamp,a,a\n", 'x.csv:1: two columns are called "a"'],
    [
      "a row that is too short",
      "timestamp,a,b,c\n1,1,1,1\n2,1,1\n",
      "x.csv:3: 3 columns, the header has 4: add the missing value or an empty field",
    ],
    [
      "a row that is too long",
      "timestamp,a\n\n1,1,1\n",
      "x.csv:3: 3 columns, the header has 2: remove",
    ],
    [
      "a value that is not a number",
      "timestamp,a\n1,abc\n",
      'x.csv:2: "abc" in column a is not a number',
    ],
    ["a hexadecimal value", "timestamp,a\n1,0x1F\n", 'x.csv:2: "0x1F" in column a is not a number'],
    [
      "a row in the header's place",
      "web.cpu,2026-03-02 00:00:00,44.1\nweb.cpu,2026-03-02 00:01:00,44.2\n",
      "x.csv:1: no header line",
    ],
    [
      "a time that is none",
      "timestamp,a\nsoon,1\n",
      'x.csv:2: "soon" is not a valid time: write epoch',
    ],
    ["a node without a name", "timestamp,node,value\n1,,1\n", "x.csv:2: the name of the node or"],
    ["an open quote", 'timestamp,a\n1,"2\n3,4\n', "x.csv:2: a quote is opened and never closed"],
    [
      "a quote inside a field",
      'timestamp,a\n1,2"3"\n',
      "x.csv:2: a quote in the middle of a field",
    ],
    [
      "two value columns beside a metric column",
      "timestamp,metric,a,b\n",
      "x.csv:1: a metric column and 2 value columns (a, b): name the value column with --value",
    ],
  ];
  it.each(cases)("%s is refused with file, line and remedy", async (_, text, message) => {
    await expect(tableOf(text)).rejects.toThrow(message);
  });

  it("says so when the bytes are no UTF-8 or no gzip to the end", async () => {
    const latin = Buffer.from([...Buffer.from("timestamp,a\n1,"), 0xe9, 0x0a]);
    await expect(readCsvTable({ name: "x.csv", bytes: pieces(latin, 99) }, {})).rejects.toThrow(
      "not UTF-8 text: save the file as UTF-8",
    );
    const cut = gzipSync("timestamp,a\n1,2\n").subarray(0, 20);
    await expect(readCsvTable({ name: "x.gz", bytes: pieces(cut, 99) }, {})).rejects.toThrow(
      "x.gz: broken gzip (unexpected end of file)",
    );
  });

  it("refuses a column that is not there and says which are", async () => {
    const text = "timestamp,a\n1,2\n";
    await expect(tableOf(text, { values: ["b"] })).rejects.toThrow(
      'x.csv:1: no column "b" (--value): the columns are "timestamp", "a"',
    );
    await expect(tableOf(text, { by: ["rack=a"] })).rejects.toThrow("cluster=COLUMN, node=COLUMN");
  });
});

describe("readCsvRecords", () => {
  it("reads what csv-parse reads, whatever is in the fields and however the bytes are cut", async () => {
    const field = fc.string({
      unit: fc.constantFrom("a", "7", '"', ",", "\n", " ", "\u00fc", "."),
    });
    const record = fc.array(field, { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (records, cut) => {
          const text = [["first", "second"], ...records].map(written).join("\n");
          const read: string[][] = [];
          const source = { name: "x.csv", bytes: pieces(Buffer.from(text), cut) };
          for await (const _ of readCsvRecords(source, (fields) => read.push(fields)));
          const expected: string[][] = parse(text, {
            relax_column_count: true,
            skip_empty_lines: true,
          });
          expect(read).toEqual(
            expected.filter((fields) => fields.join("").trim() !== "" || fields.length > 1),
          );
        },
      ),
    );
  });

  it("numbers records by the line they begin on, line ends inside quotes included", async () => {
    const lines: number[] = [];
    const source = { name: "x.csv", bytes: pieces(Buffer.from('a,b\n"1\n2",3\n\n4,5\n'), 4) };
    for await (const _ of readCsvRecords(source, (_fields, line) => lines.push(line)));
    expect(lines).toEqual([1, 2, 5]);
  });
});

function written(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}

function tableOf(text: string, options: CsvOptions = {}) {
  return readCsvTable({ name: "x.csv", bytes: pieces(Buffer.from(text), 7) }, options);
}

async function batchesOf(text: string, options: CsvOptions = {}, size = 7): Promise<CsvBatch[]> {
  const batches: CsvBatch[] = [];
  const source = { name: "x.csv", bytes: pieces(Buffer.from(text), size) };
  for await (const batch of csvBatches(source, options)) batches.push(batch);
  return batches;
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
