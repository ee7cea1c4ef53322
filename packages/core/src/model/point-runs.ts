/**
 * Points of several series in shared columns, one run after another: run k is
 * `[startOf(ends, k), ends[k])` of both columns. From a decoder to the log, whoever passes points on
 * says beside it whose each run is.
 */
export interface PointRuns {
  readonly ends: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/** Index of a run's first item, in any columns that are cut by ascending `ends`. */
export function startOf(ends: Int32Array, run: number): number {
  return run === 0 ? 0 : ends[run - 1]!;
}

/** Calls `visit` once per run, in order; run `run` is `[from, to)`. Empty runs are visited too. */
export function forEachRun(
  { ends }: Pick<PointRuns, "ends">,
  visit: (run: number, from: number, to: number) => void,
): void {
  let from = 0;
  for (let run = 0; run < ends.length; run++) {
    const to = ends[run]!;
    visit(run, from, to);
    from = to;
  }
}
