import { describe, expect, it } from "vitest";
import { createStreamEngine } from "../detect/stream-engine.ts";
import { UTC } from "../generator/calendar.ts";
import { Dice } from "../generator/dice.ts";
import { type FleetPlan, generateFleet } from "../generator/generate-fleet.ts";
import { ORIGIN_MS } from "../generator/generate-series.ts";
import { poisson } from "../generator/random-laws.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../model/time.ts";
import { calibrateFleet } from "./calibrate-fleet.ts";
import { alarmsAMonth, calibrateKinds, tallySeries } from "./calibrate-kinds.ts";
import { PromiseTally } from "./promise-tally.ts";

describe("the promise on clean metrics (gate: at once a month 1.5 on the mean, 3 for the worst kind)", () => {
  it.each([
    ["a minute", MINUTE_MS, 21],
    ["five minutes", 5 * MINUTE_MS, 42],
    ["an hour", HOUR_MS, 240],
  ] as const)("is kept at one point %s", (_, intervalMs, days) => {
    const kinds = calibrateKinds({ seed: "gate", seriesCount: 6, days, intervalMs });
    const { mean, worst, worstKind } = alarmsAMonth(kinds, 30);
    expect(mean).toBeLessThanOrEqual(1.5);
    expect(worst, worstKind).toBeLessThanOrEqual(3);
    expect(alarmsAMonth(kinds, 1).mean).toBeLessThanOrEqual(30);
  });

  it("is kept on rare counts: from an error a day to a hundred, no single one is once a month again and again", () => {
    const engine = createStreamEngine();
    const pointCount = (30 * DAY_MS) / MINUTE_MS;
    const timestampsMs = Float64Array.from({ length: pointCount }, (_, i) => i * MINUTE_MS);
    for (const perPoint of [0.0007, 0.003, 0.01, 0.07]) {
      const tally = new PromiseTally();
      for (let k = 0; k < 4; k++) {
        const dice = new Dice(`rare ${perPoint} ${k}`);
        const values = timestampsMs.map(() => poisson(dice, perPoint));
        tallySeries(tally, k, engine, { timestampsMs, values, intervalMs: MINUTE_MS });
      }
      const [, weekly, monthly] = tally.rows();
      expect(weekly!.ratio, `${perPoint} a point`).toBeLessThanOrEqual(2);
      // The first error of all is a surprise in each of them.
      expect(monthly!.realised, `${perPoint} a point`).toBeLessThanOrEqual(2 * 4);
    }
  });
});

describe("the promise on a small healthy fleet", () => {
  const plan: FleetPlan = {
    seed: "gate",
    grid: { startMs: ORIGIN_MS, intervalMs: 10 * MINUTE_MS, pointCount: 21 * 144 },
    tenantCount: 1,
    clusterCount: 3,
    nodeCount: 6,
    metricCount: 8,
    common: { correlation: 0.3, law: "normal" },
    zones: [UTC],
    changes: [],
  };
  const run = () =>
    calibrateFleet(generateFleet(plan), { grid: plan.grid, budgetsDays: [7], warmUpDays: 3 });

  it("is kept within twice at every level where more than a few alarms were promised", () => {
    const { report } = run();
    expect(report.levels.map(({ level, entities }) => [level, entities])).toEqual([
      ["metric", 144],
      ["node", 18],
      ["cluster", 3],
      ["tenant", 1],
    ]);
    for (const { level, watchedDays, entities, rows } of report.levels) {
      expect(watchedDays).toBeCloseTo(18 * entities, 6);
      for (const row of rows) {
        if (row.promised < 5) continue;
        expect(row.ratio, `${level} once in ${row.onceInDays} days`).toBeLessThanOrEqual(2);
        expect(row.ratio, `${level} once in ${row.onceInDays} days`).toBeGreaterThan(0.1);
      }
    }
    const [weekly] = report.findings;
    expect(weekly!.promised).toBe(3);
    expect(weekly!.realised).toBeLessThanOrEqual(6);
  });

  it("says the same again for the same fleet", () => {
    expect(run().report).toEqual(run().report);
  });

  it("finds a fault that is put into it: four metrics of one node, 16 noise sizes", () => {
    const startMs = ORIGIN_MS + 15 * DAY_MS;
    const fault = {
      startMs,
      endMs: startMs + 3 * HOUR_MS,
      tenant: 0,
      cluster: 1,
      nodes: [4],
      metrics: [0, 1, 2, 3],
      size: 16,
    };
    const { findings } = calibrateFleet(generateFleet({ ...plan, changes: [fault] }), {
      grid: plan.grid,
      budgetsDays: [7],
      warmUpDays: 3,
    });
    const during = findings[0]!.findings.filter(({ openedMs }) => {
      return openedMs >= startMs && openedMs < startMs + 3 * HOUR_MS;
    });
    expect(during.map(({ clusterId, nodeId }) => [clusterId, nodeId])).toEqual([
      ["cluster-2", "node-005"],
    ]);
  });
});
