import {
  MINUTE_MS,
  type RankWindowInput,
  rankColumns,
  rankWindow,
  type TimeRange,
  type WindowRanking,
} from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CountingPace, contextOf, readsOf } from "../../testing/paced-reads.ts";
import { type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import type { SeriesInfo } from "../dispatch/directory.ts";
import { layRows, type WindowGrid } from "../partition/read/window-summaries.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import { Abandoned, type Pace, UNPACED } from "../platform/pace.ts";
import { joinedSummaries } from "./joined-summaries.ts";
import { layoutOf, windowRows } from "./metric-ranking.ts";
import type { TenantContext } from "./tenant-context.ts";
import { windowGrid } from "./window-grid.ts";

const POINTS = 6000;
const LIMITS = { pointsPerSecond: 1e9, pointsBurst: 1e9 };
const FLEET: PlantedFleet = {
  startMs: NOON - POINTS * MINUTE_MS,
  nodes: Array.from({ length: 10 }, (_, n) => `n${n}`),
  plants: [{ node: "n3", metric: "mem", from: 5000, to: 5400 }],
};
/** From 2,000 points on, so that there is a history. */
const RANGE: TimeRange = { startMs: FLEET.startMs + 4500 * MINUTE_MS, endMs: NOON };
const QUERY = { level: "metric", range: RANGE, limit: 20, filter: {} } as const;

async function filled(fleet: PlantedFleet, points: number): Promise<RealPlatform> {
  const real = await openRealPlatform({ settings: { limits: LIMITS, stepMs: MINUTE_MS } });
  for (let from = 0; from < points; from += 2000) {
    const series = plantedSeries(fleet, from, Math.min(points, from + 2000));
    await real.view("acme").ingest(batchOf(series));
  }
  await real.platform.settled();
  return real;
}

describe("the metric ranking", () => {
  let real: RealPlatform;
  beforeAll(async () => {
    real = await filled(FLEET, POINTS);
  });
  afterAll(() => real.close());

  it("finds the same metric on rows of some steps as on the tenant's own grid", async () => {
    const context = contextOf(real, "acme");
    const candidates = [...context.directory.matching({})];
    const plain = windowGrid(RANGE, MINUTE_MS, candidates.length);
    const finest = await ranked(context, candidates, plain);
    expect(finest.metrics[0]).toMatchObject({ nodeId: "eu\0n3", metricName: "mem" });
    for (const asIfColumns of [1600, 1800]) {
      const grid = windowGrid(RANGE, MINUTE_MS, asIfColumns);
      expect(grid.steps).toBeGreaterThan(3);
      const coarse = await ranked(context, candidates, grid);
      expect(coarse.metrics[0]).toMatchObject({ nodeId: "eu\0n3", metricName: "mem" });
      expect(coarse.metrics[0]!.value).toBeGreaterThan(2 * coarse.metrics[1]!.value);
      // The onset is as exact as a row is long.
      const onset = FLEET.startMs + 5000 * MINUTE_MS;
      expect(Math.abs(coarse.metrics[0]!.onsetMs - onset)).toBeLessThanOrEqual(2 * grid.rowMs);
    }
  });

  it("says what all points laid side by side say, though no point leaves its owner", async () => {
    const context = contextOf(real, "acme");
    const candidates = [...context.directory.matching({})].reverse();
    for (const asIfColumns of [candidates.length, 1700]) {
      const grid = windowGrid(RANGE, MINUTE_MS, asIfColumns);
      const wanted = rankWindow(await sideBySide(context, candidates, grid));
      expect(wanted.metrics[0]!.value).toBeGreaterThan(1);
      expect(await ranked(context, candidates, grid)).toEqual(wanted);
    }
  });

  it("is the same however often others have their turn in between", async () => {
    const whole = await readsOf(real, "acme", UNPACED).rankings(QUERY);
    expect(whole.data[0]).toMatchObject({ node: "n3", metric: "mem", rank: 1 });
    const pace = new CountingPace(1000);
    expect(await readsOf(real, "acme", pace).rankings(QUERY)).toEqual(whole);
    expect(pace.turns).toBeGreaterThan(10);
  });

  it("stops within a unit when its asker has gone, at whatever point it was", async () => {
    const all = new CountingPace();
    await readsOf(real, "acme", all).rankings(QUERY);
    for (const share of [0, 0.2, 0.5, 0.9]) {
      const pace = new GonePace(share * all.cells);
      await expect(readsOf(real, "acme", pace).rankings(QUERY)).rejects.toThrow(Abandoned);
      expect(pace.cells).toBeLessThanOrEqual(share * all.cells + all.largest);
    }
  });
});

describe("the metric ranking of a node with more metrics than are looked at", () => {
  const WIDE: PlantedFleet = {
    startMs: NOON - 300 * MINUTE_MS,
    nodes: ["wide"],
    metrics: Array.from({ length: 600 }, (_, m) => `m${String(m).padStart(3, "0")}`),
    plants: [{ node: "wide", metric: "m577", from: 200, to: 230 }],
  };

  it("looks at 240 of them, the one that misbehaved among them, also when it is over", async () => {
    const real = await filled(WIDE, 300);
    try {
      const pace = new CountingPace();
      const range = rangeOf(WIDE, 300);
      const reply = await readsOf(real, "acme", pace).rankings({
        ...{ level: "metric", range, filter: {} },
        limit: 1000,
      });
      expect(reply.data).toHaveLength(240);
      const late = { startMs: range.startMs + 190 * MINUTE_MS, endMs: range.endMs };
      const ranked = await readsOf(real, "acme", pace).rankings({ ...QUERY, range: late });
      expect(ranked.data[0]).toMatchObject({ node: "wide", metric: "m577" });
    } finally {
      await real.close();
    }
  });
});

function ranked(
  context: TenantContext,
  candidates: readonly SeriesInfo[],
  grid: WindowGrid,
): Promise<WindowRanking> {
  return joinedSummaries(context, candidates, grid, UNPACED).then((summaries) =>
    rankColumns(layoutOf(candidates), summaries, windowRows(grid)),
  );
}

/** All points of the candidates on one grid, in this thread. */
async function sideBySide(
  context: TenantContext,
  candidates: readonly SeriesInfo[],
  grid: WindowGrid,
): Promise<RankWindowInput> {
  const { startMs, endMs, windowMs, rowMs, rows } = grid;
  const column = () => new Float64Array(rows);
  const laid = (await context.histories(candidates, { startMs, endMs })).map((history) => {
    const out = { values: column(), p: column() };
    layRows(history, grid, out);
    return out;
  });
  return {
    timestampsMs: column().map((_, row) => startMs + row * rowMs),
    columns: layoutOf(candidates).columns,
    values: laid.map(({ values }) => values),
    p: laid.map(({ p }) => p),
    startMs: windowMs,
    endMs,
  };
}

/** The asker goes when so much is spent. */
class GonePace implements Pace {
  cells = 0;
  readonly #goneAt: number;

  constructor(goneAt: number) {
    this.#goneAt = goneAt;
  }

  spend(cost: number): undefined {
    this.cells += cost;
    if (this.cells >= this.#goneAt) throw new Abandoned();
  }
}
