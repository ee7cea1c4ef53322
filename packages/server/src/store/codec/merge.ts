import { firstAtOrAfter } from "@foreshock/core/fold";
import type { Points } from "./chunk-codec.ts";

export const NO_POINTS: Points = {
  timestampsMs: new Float64Array(0),
  values: new Float64Array(0),
};

/**
 * Layers as one series: ascending, one point per instant; of two at one instant that of the later
 * layer counts. Each layer is ascending in itself. Layers that follow one another in time are
 * joined by copying; only where they overlap points are compared.
 */
export function merge(layers: readonly Points[]): Points {
  let merged: Points[] = [];
  for (const layer of layers) {
    if (layer.values.length === 0) continue;
    const before = merged[merged.length - 1];
    if (before !== undefined && layer.timestampsMs[0]! <= lastTime(before)) {
      merged = [overlay(join(merged), layer)];
    } else {
      merged.push(layer);
    }
  }
  return join(merged);
}

/** The points inside [startMs, endMs). A view, not a copy. */
export function clip(points: Points, startMs: number, endMs: number): Points {
  const from = firstAtOrAfter(points.timestampsMs, startMs);
  const to = firstAtOrAfter(points.timestampsMs, endMs);
  if (from === 0 && to === points.values.length) return points;
  return {
    timestampsMs: points.timestampsMs.subarray(from, to),
    values: points.values.subarray(from, to),
  };
}

function lastTime({ timestampsMs }: Points): number {
  return timestampsMs[timestampsMs.length - 1]!;
}

function join(parts: readonly Points[]): Points {
  if (parts.length === 0) return NO_POINTS;
  if (parts.length === 1) return parts[0]!;
  const pointCount = parts.reduce((sum, part) => sum + part.values.length, 0);
  const timestampsMs = new Float64Array(pointCount);
  const values = new Float64Array(pointCount);
  let at = 0;
  for (const part of parts) {
    timestampsMs.set(part.timestampsMs, at);
    values.set(part.values, at);
    at += part.values.length;
  }
  return { timestampsMs, values };
}

function overlay(under: Points, over: Points): Points {
  const timestampsMs = new Float64Array(under.values.length + over.values.length);
  const values = new Float64Array(timestampsMs.length);
  let count = 0;
  let u = 0;
  let o = 0;
  while (u < under.values.length || o < over.values.length) {
    const underMs = u < under.values.length ? under.timestampsMs[u]! : Number.POSITIVE_INFINITY;
    const overMs = o < over.values.length ? over.timestampsMs[o]! : Number.POSITIVE_INFINITY;
    const fromOver = overMs <= underMs;
    timestampsMs[count] = fromOver ? overMs : underMs;
    values[count] = fromOver ? over.values[o]! : under.values[u]!;
    if (overMs <= underMs) o++;
    if (underMs <= overMs) u++;
    count++;
  }
  return { timestampsMs: timestampsMs.slice(0, count), values: values.slice(0, count) };
}
