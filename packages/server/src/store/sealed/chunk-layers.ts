import { DAY_MS } from "@foreshock/core/fold";
import { encodeChunk, type Points } from "../codec/chunk-codec.ts";
import { merge } from "../codec/merge.ts";
import { CHUNK_POINTS } from "../head/recent-points.ts";
import { dayOf } from "../head/series-heads.ts";
import type { Chunk } from "./day-file.ts";

export interface Layer {
  /** Of two points at one instant that of the higher seq counts. */
  readonly seq: number;
  readonly points: Points;
}

/** Groups of two chunks or more that overlap in time; the chunks come by first time. */
export function overlapping(chunks: readonly Chunk[]): Chunk[][] {
  const groups: Chunk[][] = [];
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const chunk of chunks) {
    if (chunk.t0Ms <= untilMs) groups[groups.length - 1]!.push(chunk);
    else groups.push([chunk]);
    untilMs = Math.max(untilMs, chunk.t1Ms);
  }
  return groups.filter((group) => group.length > 1);
}

/** Points of one series and day as chunks of one seq; none for no points. */
export function chunksOf(seriesId: number, points: Points, seq: number): Chunk[] {
  return dayCuts(points.timestampsMs, CHUNK_POINTS).map(([from, to]) => ({
    seriesId,
    t0Ms: points.timestampsMs[from]!,
    t1Ms: points.timestampsMs[to - 1]!,
    pointCount: to - from,
    seq,
    bytes: encodeChunk(seriesId, points, from, to),
  }));
}

/** Cuts an ascending column at UTC day borders and every `pointsMax` points: [from, to) pairs. */
export function dayCuts(times: Float64Array, pointsMax: number): [number, number][] {
  const cuts: [number, number][] = [];
  let from = 0;
  while (from < times.length) {
    const dayEnd = (dayOf(times[from]!) + 1) * DAY_MS;
    let to = from + 1;
    while (to < times.length && to - from < pointsMax && times[to]! < dayEnd) to++;
    cuts.push([from, to]);
    from = to;
  }
  return cuts;
}

/** Layers in an order in which `merge` may join them: by time, those that overlap merged by seq. */
export function inOrder(layers: readonly Layer[]): Points[] {
  const byTime = layers.toSorted((a, b) => a.points.timestampsMs[0]! - b.points.timestampsMs[0]!);
  const groups: Layer[][] = [];
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const layer of byTime) {
    const times = layer.points.timestampsMs;
    if (times[0]! <= untilMs) groups[groups.length - 1]!.push(layer);
    else groups.push([layer]);
    untilMs = Math.max(untilMs, times[times.length - 1]!);
  }
  return groups.map((group) => {
    if (group.length === 1) return group[0]!.points;
    return merge(group.toSorted((a, b) => a.seq - b.seq).map((layer) => layer.points));
  });
}
