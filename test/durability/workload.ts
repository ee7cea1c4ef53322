import { MINUTE_MS } from "@foreshock/core/fold";
/** Points of one series in one round. */
export interface RoundRun {
  readonly series: string;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

const START = Date.UTC(2026, 5, 1, 20);
const STEADY_SERIES = 40;
const LONG_RUN = 700;

/**
 * What round `round` writes; follows from its number alone. Every round continues 40 series by
 * three points; some rounds correct older points, repeat the round before, or bring a new series
 * with 700 points at once. A day ends after 80 rounds.
 */
export function roundRuns(round: number): RoundRun[] {
  const runs: RoundRun[] = [];
  for (let s = 0; s < STEADY_SERIES; s++) {
    runs.push(
      runOf(
        `steady-${s}`,
        [0, 1, 2].map((i) => [round * 3 + i, round + s / 10 + i / 100]),
      ),
    );
  }
  if (round % 3 === 1) runs.push(runOf("steady-1", [[round * 3 - 2, -round]]));
  if (round % 5 === 4) {
    const old = Math.max(0, round * 3 - 400);
    runs.push(
      runOf("steady-2", [
        [old, -round],
        [old + 0.5, round / 3],
      ]),
    );
  }
  if (round % 7 === 6) {
    const long = Array.from({ length: LONG_RUN }, (_, i): [number, number] => [
      i,
      (i * round) % 97,
    ]);
    runs.push(runOf(`long-${round}`, long));
    runs.push(
      runOf(
        "steady-3",
        long.map(([minute, value]) => [minute - 5000 - round, value]),
      ),
    );
  }
  return runs;
}

/** All points after rounds 0 .. rounds - 1: by series, value by time. */
export function pointsAfter(rounds: number): Map<string, Map<number, number>> {
  const all = new Map<string, Map<number, number>>();
  for (let round = 0; round < rounds; round++) {
    for (const { series, timestampsMs, values } of roundRuns(round)) {
      const points = all.get(series) ?? new Map<number, number>();
      all.set(series, points);
      timestampsMs.forEach((at, i) => void points.set(at, values[i]!));
    }
  }
  return all;
}

function runOf(series: string, points: readonly (readonly [number, number])[]): RoundRun {
  return {
    series,
    timestampsMs: Float64Array.from(points, ([minute]) => START + minute * MINUTE_MS),
    values: Float64Array.from(points, ([, value]) => value),
  };
}
