import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createStreamEngine,
  FoldRow,
  firstAtOrAfter,
  MetricSeries,
  MINUTE_MS,
  type TimeWindow,
} from "@foreshock/core/fold";
import { afterAll, describe, expect, it } from "vitest";
import { episodeRow } from "../packages/server/src/partition/episode-rows.ts";
import { freshFold } from "../packages/server/src/partition/live-series.ts";
import { runForTest } from "../packages/server/testing/testing-io.ts";

const START = Date.UTC(2026, 6, 1, 10);
const COUNT = 5760;
const FAULT_AT = 5000;

/** What the fault adds to a metric of level 20 at its k-th minute. */
const FAULTS: Readonly<Record<string, (k: number) => number>> = {
  "a spike of one point": (k) => (k === 0 ? 40 : 0),
  "a jump of an hour": (k) => (k < 60 ? 40 : 0),
  "a fault that is largest after its highest score": (k) => (k < 60 ? 8 + k / 3 : 0),
};

const folder = mkdtempSync(join(tmpdir(), "foreshock-magnitude-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the magnitude of an episode is one number on every surface", () => {
  it.each(Object.keys(FAULTS))("%s", async (name) => {
    const values = wobbling(1, FAULTS[name]!);
    const [row] = rowsOf(values).slice(-1);
    expect(row!.windowStartMs).toBeGreaterThanOrEqual(START + FAULT_AT * MINUTE_MS);
    expect(row!.magnitude).toBeGreaterThan(5);
    const wanted = [row!.magnitude, row!.magnitude];
    const { windowStartMs, windowEndMs } = row!;
    const library = await libraryMagnitude(values, windowStartMs, windowEndMs);
    const commandLine = await cliMagnitude(values, windowStartMs);
    // The command line takes the spread from the band's two edges, which rounds.
    expectAlike([library, commandLine], wanted);
  });

  it("a step in a series without any spread: finite, and the same", async () => {
    const values = wobbling(0, (k) => (k >= 0 && k < 60 ? 1 : 0));
    const [row] = rowsOf(values).slice(-1);
    expect(row!.magnitude).toBeGreaterThan(100);
    const library = await libraryMagnitude(values, row!.windowStartMs, row!.windowEndMs);
    const commandLine = await cliMagnitude(values, row!.windowStartMs);
    expectAlike([library, commandLine], [row!.magnitude, row!.magnitude]);
  });
});

function expectAlike(found: readonly number[], wanted: readonly number[]): void {
  for (const [i, one] of found.entries()) {
    expect(one / wanted[i]!, `${found.join(" ")} against ${wanted.join(" ")}`).toBeCloseTo(1, 6);
  }
}

/** Four days of minutes around 20, deterministic noise of +-`size` / 2, and a fault. */
function wobbling(size: number, fault: (k: number) => number): Float64Array {
  return Float64Array.from({ length: COUNT }, (_, i) => {
    const noise = Math.sin(12.9898 * i) * 43758.5453;
    return 20 + size * (noise - Math.floor(noise)) + (i < FAULT_AT ? 0 : fault(i - FAULT_AT));
  });
}

function timesOf(values: Float64Array): Float64Array {
  return Float64Array.from(values, (_, i) => START + i * MINUTE_MS);
}

/** The stored rows, as a partition makes them: what the API gives. */
function rowsOf(values: Float64Array) {
  const fold = freshFold({});
  const live = { storeId: 0, fold } as Parameters<typeof episodeRow>[0];
  const rows = [];
  const row = new FoldRow();
  for (const [i, atMs] of timesOf(values).entries()) {
    if (fold.push(atMs, values[i]!, row) === "closed") rows.push(episodeRow(live));
  }
  return rows;
}

async function libraryMagnitude(
  values: Float64Array,
  startMs: number,
  endMs: number,
): Promise<number> {
  const timestamps = timesOf(values);
  const key = { tenantId: "t", clusterId: "c", nodeId: "n", metricName: "m" };
  const series = new MetricSeries({ ...key, timestamps, values });
  const [startIndex, endIndex] = [startMs, endMs].map((at) => firstAtOrAfter(timestamps, at));
  const window: TimeWindow = {
    startIndex: startIndex!,
    endIndex: endIndex!,
    startMs,
    endMs,
    pointCount: endIndex! - startIndex!,
    partial: false,
    expectedPoints: endIndex! - startIndex!,
    coverage: 1,
    timestamps: timestamps.subarray(startIndex, endIndex),
    values: values.subarray(startIndex, endIndex),
  };
  const engine = createStreamEngine({ windows: { extract: () => [window] } });
  const [result] = await engine.detect(series);
  return result!.magnitude;
}

async function cliMagnitude(values: Float64Array, startMs: number): Promise<number> {
  const path = join(folder, "node.csv");
  const lines = [...timesOf(values)].map((atMs, i) => `${atMs},${values[i]}`);
  writeFileSync(path, `timestamp,value\n${lines.join("\n")}\n`);
  const { out } = await runForTest(["detect", path, "--json", "-n", "1000"]);
  const { data } = JSON.parse(out);
  const found = data.find(
    (one: { windowStart: string }) => Date.parse(one.windowStart) === startMs,
  );
  expect(found, "an anomaly that starts where the stored one does").toBeDefined();
  return found.magnitude;
}
