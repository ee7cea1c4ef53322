import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openState } from "../../model/state-bytes.ts";
import { TailCalibrator } from "../../score/tail-calibrator.ts";
import { SCORER_OUT_LENGTH } from "../scorer.ts";
import { streamClock } from "./clock.ts";
import { skipEvidence, stepEvidence } from "./evidence.ts";
import { stepModels } from "./models.ts";
import { PointScratch } from "./point-scratch.ts";
import { STATE, StreamState } from "./state.ts";

const SHARED = resolve(
  process.env.FORESHOCK_SHARED ?? join(import.meta.dirname, "../../../../../../shared"),
);
const GOLDEN = join(SHARED, "reference", "golden");
const missing = existsSync(GOLDEN)
  ? undefined
  : "the research folder is not there: set FORESHOCK_SHARED to it";

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the stream models, far points in full, step by step${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it.each(["tiny-step", "tiny-alternating", "tiny-daily"])(
      "holds the reference's whole state after every point of %s",
      (name) => {
        const [head, ...rows] = readFileSync(join(GOLDEN, `${name}.jsonl`), "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        const clock = streamClock(head.clock.interval * 1000, "full");
        expect([clock.seasonBins, clock.scaleBins]).toEqual([
          head.clock.season_bins,
          head.clock.scale_bins,
        ]);
        const port = {
          state: new StreamState(clock),
          point: new PointScratch(),
          tail: new TailCalibrator(),
        };
        for (const row of rows) {
          const out = step(port, clock, row);
          expectClose(modelsOf(port.state, clock), modelsOfReference(row), `point ${row.index}`);
          expectClose(tailOf(port.tail), tailOfReference(row), `point ${row.index}`);
          if (row.value !== null) {
            const { expected, daily_expected, typical_scale, S, p } = row.out;
            expectClose(out, [expected, daily_expected, typical_scale, S, p], `out ${row.index}`);
          }
        }
      },
    );
  },
);

interface Port {
  readonly state: StreamState;
  readonly point: PointScratch;
  readonly tail: TailCalibrator;
}

/** One point; gives expected, daily expectation, typical scale, S, p. */
function step(port: Port, clock: ReturnType<typeof streamClock>, row: GoldenRow): number[] {
  const { state, point, tail } = port;
  const out = new Float64Array(SCORER_OUT_LENGTH);
  if (row.value === null) {
    skipEvidence(state.numbers, clock);
    return [];
  }
  stepModels(state, clock, row.timestamp * 1000, row.value, point);
  const said = [point.expected, point.daily, point.typicalDaily];
  stepEvidence(state.numbers, clock, point, out);
  return [...said, out[0]!, tail.push(out[0]!)];
}

interface GoldenRow {
  readonly index: number;
  readonly timestamp: number;
  readonly value: number | null;
  readonly level: Record<string, number>;
  readonly lag: number[];
  readonly shift: Record<string, number>;
  readonly energy: number[][];
  readonly rls_weight: number[];
  readonly rls_covariance: number[][];
  readonly season: number[];
  readonly season_count: number[];
  readonly phase_scale_daily: number[];
  readonly phase_scale_rls: number[];
  readonly phase_scale_count: number[];
  readonly histogram: number[];
  readonly tail: Record<string, number>;
  readonly out: Record<string, number>;
}

function modelsOf({ numbers, profile, counts }: StreamState, { seasonBins, scaleBins }: Bins) {
  const head = [...numbers.subarray(0, STATE.COVARIANCE)];
  const covariance = [...numbers.subarray(STATE.COVARIANCE, STATE.HERITAGE)];
  const used = [...profile.subarray(0, seasonBins + 2 * scaleBins)];
  return [...head, ...covariance, ...used, ...counts];
}

type Bins = ReturnType<typeof streamClock>;

function modelsOfReference(row: GoldenRow): number[] {
  return [
    ...Object.values(row.level),
    ...row.lag,
    ...Object.values(row.shift),
    ...row.energy.flat(),
    ...row.rls_weight,
    ...row.rls_covariance.flatMap((line, k) => line.slice(0, k + 1)),
    ...row.season,
    ...row.phase_scale_daily,
    ...row.phase_scale_rls,
    ...row.season_count,
    ...row.phase_scale_count,
  ];
}

/** Total, growth, shape sum and weight, cluster and quiet length; then the histogram. */
function tailOf(tail: TailCalibrator): number[] {
  const payload = openState(0x54, 2, tail.save());
  const numbers = new Float64Array(payload.buffer, 0, 6);
  const histogram = new Float32Array(payload.buffer, 112, 80);
  return [...numbers, ...histogram];
}

function tailOfReference({ tail, histogram }: GoldenRow): number[] {
  const names = ["total", "growth", "shape_sum", "shape_weight", "cluster_length", "quiet_length"];
  return [...names.map((name) => tail[name]!), ...histogram];
}

/** Single precision of profile and histogram allows 1e-6 of a number, and of the largest one. */
function expectClose(mine: readonly number[], reference: readonly number[], where: string): void {
  expect(mine.length, where).toBe(reference.length);
  mine.forEach((number, i) => {
    const limit = 2e-6 * Math.max(1, Math.abs(reference[i]!));
    expect(Math.abs(number - reference[i]!), `${where}, number ${i}`).toBeLessThanOrEqual(limit);
  });
}
