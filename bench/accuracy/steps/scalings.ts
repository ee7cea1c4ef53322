import { MINUTE_MS } from "@foreshock/core/fold";
import type { MetricKind } from "@foreshock/core/generator";
import { type FaultyPoints, faultySeries } from "./faulty-series.ts";

/** A metric in another unit or from another zero; its faults are the same ones. */
export interface Scaling {
  readonly name: string;
  readonly factor: number;
  readonly offset: number;
}

export const SCALINGS: readonly Scaling[] = [
  { name: "as it is", factor: 1, offset: 0 },
  ...[1e-100, 1e-30, 1e-12, 1e-9, 1e-6, 1e6, 1e12, 1e30, 1e36, 1e100].map((factor) => {
    return { name: `times ${factor.toExponential(0)}`, factor, offset: 0 };
  }),
  ...[1e6, 1.7e9, 1e12].map((offset) => {
    return { name: `plus ${offset.toExponential(1)}`, factor: 1, offset };
  }),
];

const POINT_COUNT = 1500;

/** 1,500 points of five minutes in another unit. */
export function scaledSeries(
  { factor, offset }: Scaling,
  kind: MetricKind,
  seed: number,
  size: number,
): FaultyPoints {
  const intervalMs = 5 * MINUTE_MS;
  const points = faultySeries({
    kind,
    seed,
    intervalMs,
    pointCount: POINT_COUNT,
    size,
    faultPoints: 5,
  });
  return { ...points, values: points.values.map((value) => value * factor + offset) };
}
