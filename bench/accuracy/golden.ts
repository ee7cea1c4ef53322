import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  bindEngine,
  type DetailedEngine,
  MetricSeries,
  medianOfSorted,
  scoreOfP,
  streamScorer,
} from "@foreshock/core/fold";

/** A golden series of the research folder: input, and what the reference makes of it. */
export interface GoldenSeries {
  readonly name: string;
  /** Median step of the stamps, which the reference is given. */
  readonly intervalMs: number;
  readonly timestampsMs: Float64Array;
  /** NaN = missing, in all columns. */
  readonly values: Float64Array;
  readonly expected: Float64Array;
  readonly nonconformity: Float64Array;
  readonly p: Float64Array;
  readonly score: Float64Array;
}

/** All golden series under `sharedDir`, in the order of their names. */
export function readGolden(sharedDir: string): GoldenSeries[] {
  const folder = join(sharedDir, "reference", "golden");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".csv.gz"))
    .sort()
    .map((file) => {
      const text = gunzipSync(readFileSync(join(folder, file))).toString("utf8");
      return goldenSeries(basename(file, ".csv.gz"), text);
    });
}

/**
 * Scores every golden series and writes `outDir/<name>.csv` (index,expected,score) for the
 * reference's own check, `golden.py compare outDir`. Gives the files written.
 */
export function writeGolden(sharedDir: string, outDir: string): string[] {
  mkdirSync(outDir, { recursive: true });
  return readGolden(sharedDir).map((golden) => {
    const { expected, score } = judgedAsReference(golden);
    const rows = Array.from(score, (value, i) => {
      return `${i},${Number.isNaN(expected[i]!) ? "" : expected[i]},${value}`;
    });
    const file = join(outDir, `${golden.name}.csv`);
    writeFileSync(file, `index,expected,score\n${rows.join("\n")}\n`);
    return file;
  });
}

/**
 * What the reference's engine says of each point: scores before the second look, which is ours alone
 * and would hide a difference of the tails.
 */
export function judgedAsReference(golden: GoldenSeries): Pick<GoldenSeries, "expected" | "score"> {
  const { expected, tailP } = referenceEngine(golden).score(seriesOfGolden(golden));
  const score = tailP!.map((p, i) =>
    Number.isNaN(golden.values[i]!) ? 0 : scoreOfP(p, golden.intervalMs),
  );
  return { expected, score };
}

/**
 * The default engine with far values teaching it in full, which is the one thing that
 * the reference's engine does otherwise.
 */
function referenceEngine({ intervalMs }: GoldenSeries): DetailedEngine {
  return bindEngine(streamScorer("full"), { intervalMs });
}

function seriesOfGolden({ name, timestampsMs, values }: GoldenSeries): MetricSeries {
  return new MetricSeries({
    tenantId: "golden",
    clusterId: "golden",
    nodeId: "golden",
    metricName: name,
    timestamps: timestampsMs,
    values,
  });
}

function goldenSeries(name: string, text: string): GoldenSeries {
  const [head = "", ...lines] = text.trim().split("\n");
  const names = head.split(",");
  const rows = lines.map((line) => line.split(","));
  const column = (title: string) => {
    const at = names.indexOf(title);
    return Float64Array.from(rows, (row) => (row[at] === "" ? Number.NaN : Number(row[at])));
  };
  const timestampsMs = column("timestamp").map((seconds) => seconds * 1000);
  return {
    name,
    intervalMs: medianStepMs(timestampsMs),
    timestampsMs,
    values: column("value"),
    expected: column("expected"),
    nonconformity: column("S"),
    p: column("p"),
    score: column("score"),
  };
}

/** As the reference takes it: the mean of the middle two where there are two. */
function medianStepMs(timestampsMs: Float64Array): number {
  const steps = timestampsMs.subarray(1).map((atMs, i) => atMs - timestampsMs[i]!);
  return medianOfSorted(steps.sort());
}
