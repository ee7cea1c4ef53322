import { DAY_MS, MINUTE_MS, type TimeRange } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { CountingPace, readsOf } from "../../testing/paced-reads.ts";
import { type PlantedFleet, plantedSeries } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import type { TenantReads } from "../platform/platform.ts";
import { UNIT_CELLS } from "./read-cost.ts";

const SETTINGS = { limits: { pointsPerSecond: 1e9, pointsBurst: 1e9 }, stepMs: MINUTE_MS };

interface Shape {
  readonly name: string;
  /** The fleet of size n, and how many points each series has. */
  readonly fleet: (n: number) => PlantedFleet;
  readonly points: (n: number) => number;
  readonly sizes: readonly [number, number, number];
  readonly withoutGrid?: boolean;
}

const names = (stem: string, count: number) => Array.from({ length: count }, (_, k) => stem + k);
const fleetOf = (nodes: number, metrics: number, stepMs = MINUTE_MS): PlantedFleet => ({
  startMs: NOON - DAY_MS,
  stepMs,
  nodes: names("n", nodes),
  metrics: names("m", metrics),
});

const SHAPES: readonly Shape[] = [
  {
    name: "one long series",
    fleet: (n) => ({ ...fleetOf(1, 1), startMs: NOON - n * MINUTE_MS }),
    points: (n) => n,
    sizes: [2000, 4000, 8000],
  },
  {
    name: "many metrics on one node",
    fleet: (n) => fleetOf(1, n),
    points: () => 40,
    sizes: [100, 200, 400],
  },
  { name: "many nodes", fleet: (n) => fleetOf(n, 1), points: () => 40, sizes: [100, 200, 400] },
  {
    name: "few points, far apart",
    fleet: (n) => ({ ...fleetOf(1, 4, 30 * MINUTE_MS), startMs: NOON - n * 30 * MINUTE_MS }),
    points: (n) => n,
    sizes: [100, 200, 400],
  },
  {
    name: "no grid yet",
    fleet: (n) => fleetOf(n, 2),
    points: () => 1,
    sizes: [100, 200, 400],
    withoutGrid: true,
  },
];

const READS: Readonly<Record<string, (reads: TenantReads, range: TimeRange) => Promise<unknown>>> =
  {
    clusters: (reads) => reads.clusters(),
    nodes: (reads) => reads.nodes({}),
    metrics: (reads) => reads.metrics({}),
    health: (reads) => reads.health(),
    scores: (reads, range) => reads.scores({ level: "node", range, stepMs: MINUTE_MS, filter: {} }),
    calibration: (reads, range) => reads.calibration(range),
    "ranking of nodes": (reads, range) =>
      reads.rankings({ level: "node", range, limit: 1000, filter: {} }),
    "ranking of clusters": (reads, range) =>
      reads.rankings({ level: "cluster", range, limit: 1000, filter: {} }),
    "ranking of metrics": (reads, range) =>
      reads.rankings({ level: "metric", range, limit: 1000, filter: {} }),
    findings: (reads, range) => reads.findings(range, { limit: 1000 }),
  };

async function filled(shape: Shape, n: number): Promise<RealPlatform> {
  const { stepMs: _, ...settings } = SETTINGS;
  const real = await openRealPlatform({ settings: shape.withoutGrid ? settings : SETTINGS });
  const fleet = shape.fleet(n);
  await real.view("acme").ingest(batchOf(plantedSeries(fleet, 0, shape.points(n))));
  await real.platform.settled();
  return real;
}

/** What each read spends, in cells, and the most in one go. */
async function costs(shape: Shape, n: number): Promise<Map<string, CountingPace>> {
  const real = await filled(shape, n);
  try {
    const startMs = shape.fleet(n).startMs;
    const spent = new Map<string, CountingPace>();
    for (const [name, read] of Object.entries(READS)) {
      const pace = new CountingPace();
      await read(readsOf(real, "acme", pace), { startMs, endMs: NOON });
      spent.set(name, pace);
    }
    return spent;
  } finally {
    await real.close();
  }
}

describe("what reads cost at n, 2n and 4n", () => {
  it.each(SHAPES)("$name: never more than 2.5 times, in units of at most 20 ms", async (shape) => {
    const [one, two, four] = [
      await costs(shape, shape.sizes[0]),
      await costs(shape, shape.sizes[1]),
      await costs(shape, shape.sizes[2]),
    ];
    for (const name of Object.keys(READS)) {
      const [a, b, c] = [one, two, four].map((all) => all.get(name)!.cells) as [
        number,
        number,
        number,
      ];
      expect(b, `${name} at 2n`).toBeLessThanOrEqual(2.5 * Math.max(a, 1));
      expect(c, `${name} at 4n`).toBeLessThanOrEqual(2.5 * Math.max(b, 1));
      expect(four.get(name)!.largest, `${name} in one go`).toBeLessThanOrEqual(UNIT_CELLS);
    }
  });

  it("a tenant without a grid spends next to nothing on its rankings, whatever the range", async () => {
    const spent = await costs(SHAPES.at(-1)!, 100);
    expect(spent.get("ranking of metrics")!.cells).toBe(0);
    expect(spent.get("scores")!.cells).toBe(0);
  });
});

/**
 * This thread's CPU for a read, the least of some: the machine is shared. Counts cannot see a loop that
 * counts nothing.
 */
async function leastCpuMs(read: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let k = 0; k < 5; k++) {
    const before = process.threadCpuUsage();
    await read();
    const { user, system } = process.threadCpuUsage(before);
    all.push((user + system) / 1000);
  }
  return all.sort((a, b) => a - b)[0]!;
}

describe("the CPU of lists at n and 16n", () => {
  const layouts = {
    "many clusters": (k: number) => [`c${k}`, "n", "m"],
    "many nodes": (k: number) => ["c", `n${k}`, "m"],
    "many metrics on one node": (k: number) => ["c", "n", `m${k}`],
  } as const;
  const lists = [
    "clusters",
    "nodes",
    "metrics",
    "health",
    "ranking of clusters",
    "ranking of nodes",
  ];

  it.each(Object.entries(layouts))(
    "%s: some 16 times, more for caches and garbage, not 256",
    async (_, placeOf) => {
      const [small, large] = [await spentOn(5000, placeOf), await spentOn(80_000, placeOf)];
      for (const name of lists) {
        // Less than a millisecond says nothing.
        expect(large.get(name)! / Math.max(1, small.get(name)!), name).toBeLessThan(128);
      }
    },
  );

  async function spentOn(n: number, placeOf: (k: number) => readonly string[]) {
    const real = await openRealPlatform();
    for (let k = 0; k < n; k++) {
      const [clusterId, nodeId, metricName] = placeOf(k) as [string, string, string];
      real.hostOf("acme").directory.add({ tenantId: "acme", clusterId, nodeId, metricName }, {});
    }
    const reads = readsOf(real, "acme", new CountingPace());
    const range = { startMs: NOON - DAY_MS, endMs: NOON };
    const spent = new Map<string, number>();
    for (const name of lists) {
      spent.set(name, await leastCpuMs(() => READS[name]!(reads, range)));
    }
    await real.close();
    return spent;
  }
});
