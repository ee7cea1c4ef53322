import type { ScoredCase } from "../protocol/judge-roots.ts";

const SCALE_MIN = 1e-9;

/**
 * Nodes by their largest metric: distance from the mean of the rows before the range, in their
 * standard deviations. No engine, no graph. What any ranking has to beat.
 */
export function floorRanks(
  { timestampsMs, values, columns }: ScoredCase,
  startMs: number,
): string[] {
  const start = timestampsMs.findIndex((at) => at >= startMs);
  const byNode = new Map<string, number>();
  columns.forEach(({ nodeId }, c) => {
    const z = largestZ(values[c]!.subarray(0, start), values[c]!.subarray(start));
    byNode.set(nodeId, Math.max(byNode.get(nodeId) ?? 0, z));
  });
  return [...byNode].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([node]) => node);
}

/** 0 where one side has no values. */
function largestZ(before: Float64Array, inside: Float64Array): number {
  const known = before.filter((value) => !Number.isNaN(value));
  if (known.length < 2) return 0;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const scale = Math.sqrt(squares / known.length);
  if (scale < SCALE_MIN) return 0;
  return inside.reduce((most, value) => {
    return Number.isNaN(value) ? most : Math.max(most, Math.abs(value - mean) / scale);
  }, 0);
}
