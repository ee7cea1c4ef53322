import { HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import {
  encodeWriteRequest,
  snappy,
  type TestSeries,
} from "../../../packages/server/testing/remote-write-bytes.ts";

/** The same for all sizes and runs, and a while ago: nothing is in the future. */
const END_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
const POINTS_PER_BODY = 100_000;
const LONG_NAME = 240;

interface PlainSeries {
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly times: readonly number[];
}

/** Data that can be made as large as one likes. */
export interface Shape {
  readonly name: string;
  readonly first: number;
  readonly series: (n: number) => readonly PlainSeries[];
  /** The tenant's grid is not set, and cannot be found from so few points. */
  readonly withoutGrid?: boolean;
}

export const SHAPES: readonly Shape[] = [
  { name: "one long series", first: 25_000, series: (n) => [seriesAt(0, 0, 0, times(n))] },
  {
    name: "many metrics on one node",
    first: 2000,
    series: (n) => many(n, (k) => seriesAt(0, 0, k, times(10))),
  },
  { name: "many nodes", first: 2000, series: (n) => many(n, (k) => seriesAt(0, k, 0, times(10))) },
  {
    name: "many clusters",
    first: 2000,
    series: (n) => many(n, (k) => seriesAt(k, 0, 0, times(10))),
  },
  {
    name: "long names",
    first: 1000,
    series: (n) =>
      many(n, (k) => ({
        ...seriesAt(0, k % 50, k, times(10)),
        metric: `${k}`.padEnd(LONG_NAME, "x"),
      })),
  },
  {
    name: "sparse and far apart",
    first: 200,
    series: (n) => many(20, (k) => seriesAt(0, k, 0, times(n, 6 * HOUR_MS))),
  },
  {
    name: "very few points",
    first: 4000,
    series: (n) => many(n, (k) => seriesAt(k % 5, k % 100, k, times(1))),
  },
  {
    name: "no grid yet",
    first: 4000,
    series: (n) => many(n, (k) => seriesAt(k % 5, k % 100, k, times(2, 7 * MINUTE_MS + k))),
    withoutGrid: true,
  },
];

export interface Body {
  readonly path: string;
  readonly type: string;
  readonly encoding?: string;
  readonly bytes: string | Buffer;
}

/** The same data by each door, in bodies of a bounded number of points. */
export const DOORS: Readonly<Record<string, (series: readonly PlainSeries[]) => Body>> = {
  JSON: (series) => {
    const bytes = JSON.stringify({ series: series.map(plain) });
    return { path: "/ingest", type: "application/json", bytes };
  },
  NDJSON: (series) => {
    const bytes = series.map((one) => JSON.stringify(plain(one))).join("\n");
    return { path: "/ingest", type: "application/x-ndjson", bytes };
  },
  CSV: (series) => {
    const rows = series.flatMap(({ cluster, node, metric, times: all }) =>
      all.map((at) => `${cluster},${node},${metric},${at},${valueAt(at)}`),
    );
    const bytes = `cluster,node,metric,timestamp,value\n${rows.join("\n")}\n`;
    return { path: "/ingest/csv", type: "text/csv", bytes };
  },
  "remote write": (series) => {
    const bytes = snappy(encodeWriteRequest(series.map(labelled)));
    return { path: "/write", type: "application/x-protobuf", encoding: "snappy", bytes };
  },
};

/** Whole series per body. */
export function bodiesOf(door: string, series: readonly PlainSeries[]): Body[] {
  const bodies: Body[] = [];
  let some: PlainSeries[] = [];
  let points = 0;
  for (const one of series) {
    if (points + one.times.length > POINTS_PER_BODY && some.length > 0) {
      bodies.push(DOORS[door]!(some));
      some = [];
      points = 0;
    }
    some.push(one);
    points += one.times.length;
  }
  return [...bodies, DOORS[door]!(some)];
}

function many(n: number, of: (k: number) => PlainSeries): PlainSeries[] {
  return Array.from({ length: n }, (_, k) => of(k));
}

function seriesAt(
  cluster: number,
  node: number,
  metric: number,
  at: readonly number[],
): PlainSeries {
  return { cluster: `c${cluster}`, node: `n${node}`, metric: `m${metric}`, times: at };
}

function times(count: number, stepMs = MINUTE_MS): number[] {
  return Array.from({ length: count }, (_, i) => END_MS - (count - 1 - i) * stepMs);
}

function plain({ times: all, ...place }: PlainSeries) {
  return { ...place, points: all.map((at) => [at, valueAt(at)]) };
}

function labelled({ cluster, node, metric, times: all }: PlainSeries): TestSeries {
  const samples = all.map((atMs) => ({ atMs, value: valueAt(atMs) }));
  return { labels: { __name__: metric, cluster, instance: node }, samples };
}

function valueAt(atMs: number): number {
  return 50 + ((atMs / MINUTE_MS) % 17) + 10 * Math.sin(atMs / 1e7);
}
