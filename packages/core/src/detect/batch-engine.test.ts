import { describe, expect, it } from "vitest";
import { alarmsAMonth, calibrateKinds } from "../calibration/calibrate-kinds.ts";
import { engineContract, seriesOf, withPoints } from "../engine/contract.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../model/time.ts";
import { createBatchEngine } from "./batch-engine.ts";

engineContract("batch", () => createBatchEngine());

describe("createBatchEngine", () => {
  const engine = createBatchEngine();

  it("says that it looks ahead", () => {
    expect(engine.looksAhead).toBe(true);
    const quiet = Float64Array.from({ length: 600 }, (_, i) => Math.sin(i) + ((i * 7) % 5));
    const loud = quiet.map((value, i) => (i >= 300 ? value + 50 : value));
    const early = (values: Float64Array) => engine.score(seriesOf(values)).p.slice(0, 300);
    expect(early(loud)).not.toEqual(early(quiet));
  });

  it("finds the interval of stamps that repeat: they count as five minutes apart", () => {
    const series = seriesOf(Array.from({ length: 100 }, (_, i) => i % 9));
    const same = withPoints(
      series,
      series.timestamps.map(() => 1e12),
      series.values,
    );
    expect(engine.score(same).intervalMs).toBe(5 * MINUTE_MS);
    expect(engine.score(series).intervalMs).toBe(MINUTE_MS);
  });

  it.each([
    ["a minute", MINUTE_MS, 14],
    ["five minutes", 5 * MINUTE_MS, 42],
    ["an hour", HOUR_MS, 120],
  ] as const)(
    "keeps the promise on clean metrics at one point %s: 0.9 at most once a month, no kind above 3",
    (_, intervalMs, days) => {
      const kinds = calibrateKinds({ seed: "batch", seriesCount: 4, days, intervalMs, engine });
      const monthly = alarmsAMonth(kinds, 30);
      expect(monthly.mean).toBeLessThanOrEqual(1);
      expect(monthly.worst, monthly.worstKind).toBeLessThanOrEqual(3);
      expect(alarmsAMonth(kinds, 1).mean).toBeLessThanOrEqual(30);
    },
  );

  it("gives a clear fault of 20 days a score of 0.9, in its place", () => {
    const pointCount = (20 * DAY_MS) / (5 * MINUTE_MS);
    const values = Float64Array.from({ length: pointCount }, (_, i) => {
      const noise = ((i * 2_654_435_761) % 1000) / 250;
      return 50 + noise + 10 * Math.sin((2 * Math.PI * i) / 288) + (i >= 3000 && i < 3012 ? 60 : 0);
    });
    const { score } = engine.score(seriesOf(values, 5 * MINUTE_MS));
    const worst = score.indexOf(Math.max(...score));
    expect(worst).toBeGreaterThanOrEqual(2995);
    expect(worst).toBeLessThan(3017);
    expect(score[worst]).toBeGreaterThan(0.9);
  });
});
