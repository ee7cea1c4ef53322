import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { NodeRow } from "../platform/platform.ts";
import type { Answered } from "../platform/read.ts";
import { answerPieces } from "./answer.ts";

const NEWEST = Date.UTC(2026, 10, 30, 12);
const METRICS = ["cpu_usage", "mem_used", "disk_io", "net_rx", "load1"];

/** Even numbers in [0, 1) that look like dice. */
function dice(seed: number): number {
  let h = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
}

/** A fleet as it is: addresses for names, each node with a score of its own, one in fifty anomalous. */
function fleet(count: number): NodeRow[] {
  return Array.from({ length: count }, (_, k) => {
    const isOdd = k % 50 === 7;
    const score = isOdd ? 0.5 + dice(k) / 2 : dice(k) * 0.5;
    return {
      cluster: `cluster-${k % 12}`,
      node: `ip-10-${k % 3}-${Math.floor(k / 256)}-${k % 256}.eu-west-1.compute.internal`,
      metrics: 12,
      score,
      severity: "none",
      numAnomalies: isOdd ? 2 : 0,
      topMetrics: METRICS.slice(0, 3).map((metric, m) => ({
        metric,
        score: isOdd ? score / (m + 1) : 0.2 * dice(k + m),
      })),
      since: isOdd ? NEWEST - Math.floor(dice(k) * 3_600_000) : 0,
      lastAt: NEWEST - Math.floor(dice(3 * k) * 15_000),
      state: "live",
      confidence: 0.5 + dice(5 * k) / 2,
    };
  });
}

function piecesOf(rows: readonly NodeRow[]): string[] {
  return [...answerPieces({ read: { what: "node-columns", filter: {} }, rows } as Answered)];
}

describe("nodes in columns", () => {
  it("are at most 60 kB for 10,000 nodes, packed as the server packs, in pieces of a millisecond", () => {
    const pieces = piecesOf(fleet(10_000));
    expect(gzipSync(pieces.join(""), { level: 4 }).length).toBeLessThan(60_000);
    for (const piece of pieces) expect(piece.length).toBeLessThan(400_000);
  });

  it("say of each node what its row says, scores never above what they are", () => {
    const rows = fleet(300);
    const told = JSON.parse(piecesOf(rows).join(""));
    const top = new Map(told.top.map((one: { row: number }) => [one.row, one]));
    for (const [i, row] of rows.entries()) {
      expect(told.clusters[told.cluster[i]]).toBe(row.cluster);
      expect(told.node[i]).toBe(row.node);
      expect(told.states[told.state[i]]).toBe("live");
      expect(row.score - told.score[i]).toBeGreaterThanOrEqual(0);
      expect(row.score - told.score[i]).toBeLessThan(row.score >= 0.5 ? 0.001 : 0.01);
      expect(told.since[i]).toBe(row.since === 0 ? null : row.since);
      const lastMs = told.newestMs - 1000 * told.lagS[i];
      expect(lastMs - row.lastAt).toBeGreaterThanOrEqual(0);
      expect(lastMs - row.lastAt).toBeLessThan(10_000);
      const loud = row.topMetrics.filter(({ score }) => score >= 0.25);
      const own = top.get(i) as { metrics: number[] } | undefined;
      expect(own?.metrics.map((name) => told.metricNames[name]) ?? []).toEqual(
        loud.map(({ metric }) => metric),
      );
    }
  });

  it("are empty without nodes, and null where a number is not known", () => {
    expect(JSON.parse(piecesOf([]).join(""))).toMatchObject({ node: [], top: [], newestMs: 0 });
    const [row] = fleet(1);
    const unknown = { ...row!, score: Number.NaN, lastAt: 0 };
    const told = JSON.parse(piecesOf([unknown]).join(""));
    expect(told).toMatchObject({ score: [null], lagS: [null] });
  });
});
