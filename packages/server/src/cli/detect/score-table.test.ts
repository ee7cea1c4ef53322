import {
  ANOMALY_LABELS,
  createStreamEngine,
  MetricSeries,
  NODE_LAW,
  scoreOfP,
} from "@foreshock/core/fold";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsvTable } from "../../files/csv-table.ts";
import type { CsvOptions } from "../../files/read-options.ts";
import { causalLabels } from "./causal-labels.ts";
import { EntityFold } from "./entity-fold.ts";
import { numberText, scoreRows } from "./score-rows.ts";
import { scoreTable } from "./score-table.ts";

const engine = createStreamEngine();
const FIVE_MINUTES_S = 300;

/** Rows of a score file for a CSV text, header left out. */
async function rowsOf(text: string, options: CsvOptions = {}): Promise<string[]> {
  async function* bytes() {
    yield Buffer.from(text);
  }
  const table = await readCsvTable({ name: "x.csv", bytes: bytes() }, options);
  const scored = scoreTable(table, engine);
  const labels = scored.series.map(causalLabels);
  const pieces = scoreRows(scored, (s, place) => ANOMALY_LABELS[labels[s]![place]!]!);
  return [...pieces].join("").trimEnd().split("\n").slice(1);
}

/** A day and a half of a noisy daily wave, with one jump of an hour near the end. */
function wave(i: number, phase: number): number {
  const noise = Math.sin(12.9898 * (i + phase)) * 43758.5453;
  const jump = i >= 400 && i < 412 ? 30 : 0;
  return 50 + 10 * Math.sin((2 * Math.PI * i) / 288 + phase) + (noise - Math.floor(noise)) + jump;
}

function wideLines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const at = 1_700_000_000 + i * FIVE_MINUTES_S;
    return `${at},${wave(i, 0).toFixed(4)},${i % 50 === 7 ? "" : wave(i, 1).toFixed(4)}`;
  });
}

describe("score rows", () => {
  it("come per input row: each metric, then the node, then the cluster, times as they came", async () => {
    const rows = await rowsOf("when,cpu,mem\n2026-07-01T00:00:00Z,1,2\n2026-07-01 00:05:00,1,3\n", {
      time: "when",
      cluster: "eu",
      node: "a",
    });
    expect(rows.map((row) => row.split(",").slice(0, 4).join(","))).toEqual([
      "2026-07-01T00:00:00Z,eu,a,cpu",
      "2026-07-01T00:00:00Z,eu,a,mem",
      "2026-07-01T00:00:00Z,eu,a,",
      "2026-07-01T00:00:00Z,eu,,",
      "2026-07-01 00:05:00,eu,a,cpu",
      "2026-07-01 00:05:00,eu,a,mem",
      "2026-07-01 00:05:00,eu,a,",
      "2026-07-01 00:05:00,eu,,",
    ]);
  });

  it("hold what the engine says of the series, 9 digits of it", async () => {
    const lines = wideLines(430);
    const rows = (await rowsOf(`timestamp,cpu,mem\n${lines.join("\n")}\n`)).filter((row) =>
      row.includes(",cpu,"),
    );
    const points = engine.score(
      new MetricSeries({
        tenantId: "t",
        clusterId: "c",
        nodeId: "n",
        metricName: "cpu",
        timestamps: Float64Array.from(lines, (_, i) => 1000 * (1_700_000_000 + i * FIVE_MINUTES_S)),
        values: Float64Array.from(lines, (line) => Number(line.split(",")[1])),
      }),
    );
    rows.forEach((row, i) => {
      const [score, expected, lower, upper] = row.split(",").slice(4, 8).map(Number);
      expect(score).toBeCloseTo(points.score[i]!, 8);
      expect(expected! / points.expected[i]!).toBeCloseTo(1, 8);
      expect(lower! / points.lower[i]!).toBeCloseTo(1, 6);
      expect(upper! / points.upper[i]!).toBeCloseTo(1, 6);
    });
    const jump = rows.findIndex((row) => Number(row.split(",")[4]) >= 0.5);
    expect(jump).toBeGreaterThanOrEqual(400);
    expect(jump).toBeLessThan(405);
    expect(rows[jump]).toMatch(/,spike$/);
    expect(rows[100]).toMatch(/,normal$/);
  });

  it("are causal: the first rows of a file give the same rows, to the last digit", async () => {
    const lines = wideLines(430);
    const whole = await rowsOf(`timestamp,cpu,mem\n${lines.join("\n")}\n`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 430 }), async (count) => {
        const rows = await rowsOf(`timestamp,cpu,mem\n${lines.slice(0, count).join("\n")}\n`);
        expect(rows).toEqual(whole.slice(0, 4 * count));
      }),
      { numRuns: 25 },
    );
  });

  it("do not depend on the order of the rows, and are written in that order", async () => {
    const lines = wideLines(120);
    const swapped = lines.map((_, i) => lines[i ^ 1]!);
    const sorted = await rowsOf(`timestamp,cpu,mem\n${lines.join("\n")}\n`);
    const shuffled = await rowsOf(`timestamp,cpu,mem\n${swapped.join("\n")}\n`);
    expect(shuffled).toEqual(sorted.map((_, i) => sorted[4 * ((i >> 2) ^ 1) + (i & 3)]));
  });

  it("give one row to every input row, repeated stamps and missing values included", async () => {
    const text = "timestamp,value\n1700000000,1\n1700000000,2\n1700000300,\n1700000600,3\n";
    const rows = await rowsOf(text);
    expect(rows.filter((row) => row.includes(",value,"))).toHaveLength(4);
    expect(rows[6]).toBe("1700000300,default,node,value,0,,,,normal");
    expect(rows[7]).toBe("1700000300,default,node,,0,,,,");
  });
});

describe("a long file", () => {
  const header = "cluster,node,metric,timestamp,value";

  it("writes a step of a node after its last row, of a cluster after its last node", async () => {
    const text = [
      header,
      "eu,a,cpu,1700000000,1",
      "eu,a,mem,1700000000,1",
      "eu,b,cpu,1700000000,1",
      "us,z,cpu,1700000000,1",
      "eu,a,cpu,1700000300,1",
    ].join("\n");
    const places = (await rowsOf(text)).map((row) => row.split(",").slice(1, 4).join("/"));
    expect(places).toEqual([
      "eu/a/cpu",
      "eu/a/mem",
      "eu/a/",
      "eu/b/cpu",
      "eu/b/",
      "eu//",
      "us/z/cpu",
      "us/z/",
      "us//",
      "eu/a/cpu",
      "eu/a/",
      "eu//",
    ]);
  });

  it("gives the rows of the wide file that holds the same, metric by metric or instant by instant", async () => {
    const lines = wideLines(200);
    const wide = await rowsOf(`timestamp,cpu,mem\n${lines.join("\n")}\n`, { node: "a" });
    const points = lines.flatMap((line) => {
      const [at, cpu, mem] = line.split(",");
      return [`default,a,cpu,${at},${cpu}`, `default,a,mem,${at},${mem}`];
    });
    const byInstant = await rowsOf([header, ...points].join("\n"));
    expect(byInstant).toEqual(wide);
    const byMetric = points.toSorted((a, b) => (a.slice(0, 13) < b.slice(0, 13) ? -1 : 1));
    expect((await rowsOf([header, ...byMetric].join("\n"))).toSorted()).toEqual(wide.toSorted());
  });
});

describe("nodes that are scraped at seconds of their own", () => {
  /** Three nodes, each at `offsets` seconds after the step; all jump for an hour. */
  async function clusterScores(offsets: readonly number[]): Promise<number[]> {
    const lines = Array.from({ length: 500 }, (_, i) =>
      offsets.map((offset, n) => {
        const at = 1_700_000_100 + i * FIVE_MINUTES_S + offset;
        return `${at},n${n},${wave(i, n).toFixed(4)}`;
      }),
    );
    const text = `timestamp,host,cpu\n${lines.flat().join("\n")}\n`;
    const rows = await rowsOf(text, { node: "host" });
    return rows
      .map((row) => row.split(","))
      .filter(([, , node, metric]) => node === "" && metric === "")
      .map(([, , , , score]) => Number(score));
  }

  it("meet in steps of the cluster: as many, and scored as those of one instant", async () => {
    const together = await clusterScores([0, 0, 0]);
    const apart = await clusterScores([3, 47, 121]);
    expect(together.length).toBe(500);
    expect(apart.length).toBe(500);
    expect(Math.max(...together)).toBeGreaterThan(0.75);
    apart.forEach((score, i) => {
      expect(Math.abs(score - together[i]!)).toBeLessThan(0.05);
    });
  });
});

describe("EntityFold", () => {
  it("passes a lone child's surprise on, on the child's own interval", () => {
    const fold = new EntityFold(1, NODE_LAW);
    let p = Number.NaN;
    for (let i = 0; i < 300; i++) p = fold.push(i * 300_000, Float64Array.of(0.3 + (i % 7) / 10));
    expect(fold.intervalMs).toBe(300_000);
    p = fold.push(300 * 300_000, Float64Array.of(1e-6));
    expect(p).toBeLessThan(1e-4);
    expect(scoreOfP(p, fold.intervalMs)).toBeGreaterThan(0.8);
    expect(fold.push(301 * 300_000, Float64Array.of(Number.NaN))).toBeNaN();
  });
});

describe("numberText", () => {
  it("keeps 9 digits of any size of number, and nothing of what is not known", () => {
    expect(numberText(0)).toBe("0");
    expect(numberText(-1234.56789012)).toBe("-1234.56789");
    expect(numberText(1e-30)).toBe("1e-30");
    expect(numberText(123456789012)).toBe("123456789000");
    expect(numberText(Number.NaN)).toBe("");
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-200 }), (value) => {
        expect(Math.abs(Number(numberText(value)) / value - 1)).toBeLessThan(1e-8);
      }),
    );
  });
});
