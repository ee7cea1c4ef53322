import type { IngestBody, IngestReport, RejectReason } from "./api.gen.ts";

/** Points `[epochMs, value]` of one metric of one node, in any order; a NaN or null value is a gap. */
export type IngestSeries = IngestBody["series"][number];

/** Points in one request: about 1.5 MB of JSON, well under the server's body limit. */
export const REQUEST_POINTS_MAX = 50_000;

/** How many example places a merged report keeps for each reason, as the server does for one. */
const EXAMPLES_MAX = 5;

/**
 * Cuts series into requests of at most `pointsMax` points, the oldest first over all series: history
 * has to arrive in the order of time, or series that wait for their turn look silent meanwhile.
 * No point is lost or doubled. Cost: O(n log n) for n points, one column of n.
 */
export function ingestRequests(
  series: readonly IngestSeries[],
  pointsMax: number,
): IngestSeries[][] {
  const total = series.reduce((sum, { points }) => sum + points.length, 0);
  if (total <= pointsMax) return total === 0 ? [] : [series.filter(hasPoints)];
  const cutsMs = cutsOf(series, total, pointsMax);
  return cutsMs.flatMap((startMs, i) => {
    const endMs = cutsMs[i + 1] ?? Number.POSITIVE_INFINITY;
    const slice = series.map((one) => ({
      ...one,
      points: one.points.filter(([atMs]) => atMs >= startMs && atMs < endMs),
    }));
    return filledRequests(slice.filter(hasPoints), pointsMax);
  });
}

/** Ascending instants, -Infinity first: between neighbours are at most `pointsMax` points, or a single instant. */
function cutsOf(series: readonly IngestSeries[], total: number, pointsMax: number): number[] {
  const instants = new Float64Array(total);
  let n = 0;
  for (const { points } of series) for (const [atMs] of points) instants[n++] = atMs;
  instants.sort();
  const cuts = [Number.NEGATIVE_INFINITY];
  let count = 0;
  for (let first = 0, end = 0; first < total; first = end) {
    while (end < total && instants[end] === instants[first]) end++;
    if (count > 0 && count + end - first > pointsMax) {
      cuts.push(instants[first]!);
      count = 0;
    }
    count += end - first;
  }
  return cuts;
}

/** More than `pointsMax` points at one instant, of many series, go into several requests. */
function filledRequests(series: readonly IngestSeries[], pointsMax: number): IngestSeries[][] {
  const requests: IngestSeries[][] = [];
  let request: IngestSeries[] = [];
  let room = pointsMax;
  for (const one of series) {
    for (let start = 0; start < one.points.length; ) {
      const points = one.points.slice(start, start + room);
      request.push({ ...one, points });
      start += points.length;
      room -= points.length;
      if (room === 0) {
        requests.push(request);
        request = [];
        room = pointsMax;
      }
    }
  }
  if (request.length > 0) requests.push(request);
  return requests;
}

function hasPoints({ points }: IngestSeries): boolean {
  return points.length > 0;
}

/** The reports of several requests as one. */
export function mergedReport(reports: readonly IngestReport[]): IngestReport {
  const byReason = new Map<RejectReason, { points: number; examples: string[] }>();
  for (const { rejected } of reports) {
    for (const { reason, points, examples } of rejected) {
      const known = byReason.get(reason) ?? { points: 0, examples: [] };
      const all = [...new Set([...known.examples, ...examples])].slice(0, EXAMPLES_MAX);
      byReason.set(reason, { points: known.points + points, examples: all });
    }
  }
  return {
    acceptedPoints: sumOf(reports, "acceptedPoints"),
    storedPoints: sumOf(reports, "storedPoints"),
    duplicatePoints: sumOf(reports, "duplicatePoints"),
    overwrittenPoints: sumOf(reports, "overwrittenPoints"),
    rejectedPoints: sumOf(reports, "rejectedPoints"),
    rejected: [...byReason].map(([reason, facts]) => ({ reason, ...facts })),
  };
}

/** A server of before does not tell all of them. */
function sumOf(
  reports: readonly IngestReport[],
  count: Exclude<keyof IngestReport, "rejected">,
): number {
  return reports.reduce((sum, report) => sum + (report[count] ?? 0), 0);
}
