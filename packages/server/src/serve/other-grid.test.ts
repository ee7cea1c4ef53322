import { HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { historyOf, pictureOf } from "../../testing/picture.ts";
import { type PlantedFleet, plantedSeries, rangeOf } from "../../testing/planted.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import type { IngestSeries } from "../platform/ingest-series.ts";

const HOURS = 96;
const POINTS = 300;
const FLEET: PlantedFleet = {
  startMs: NOON - POINTS * MINUTE_MS,
  nodes: ["a", "b", "c", "d", "e", "f"],
  plants: [{ node: "c", from: 270, to: 285 }],
};
const RANGE = rangeOf(FLEET, POINTS);

describe("a tenant that began with hourly data", () => {
  let open: RealPlatform[];
  let real: RealPlatform;
  beforeEach(async () => {
    open = [];
    real = kept(await openRealPlatform());
    await send(real, hourly(HOURS));
    expect(gridOf(real)).toBe(HOUR_MS);
  });
  afterEach(async () => {
    await Promise.all(open.map((one) => one.close()));
  });

  function kept(one: RealPlatform): RealPlatform {
    open.push(one);
    return one;
  }

  /** A few business figures. */
  function hourly(to: number): IngestSeries[] {
    const startMs = FLEET.startMs - HOURS * HOUR_MS;
    const timestampsMs = Float64Array.from({ length: to }, (_, i) => startMs + i * HOUR_MS);
    const values = timestampsMs.map(
      (_, i) => 100 + 10 * Math.sin(i * 12.9898) + 5 * Math.sin(i * 78.233),
    );
    return ["orders", "visits"].map((metricName) => {
      return { clusterId: "shop", nodeId: "all", metricName, timestampsMs, values };
    });
  }

  async function send(platform: RealPlatform, series: readonly IngestSeries[]): Promise<void> {
    await platform.view("acme").ingest(batchOf(series));
    await platform.platform.settled();
  }

  const gridOf = (platform: RealPlatform) => platform.hostOf("acme").runner("acme").stepMs;

  async function sendByTheHour(platform: RealPlatform): Promise<void> {
    for (let from = 0; from < POINTS; from += 60) {
      await send(platform, plantedSeries(FLEET, from, from + 60));
    }
  }

  it("is judged by the minute once the bulk of its series comes by the minute", async () => {
    await sendByTheHour(real);
    expect(gridOf(real)).toBe(MINUTE_MS);
    const other = kept(await openRealPlatform({ settings: { stepMs: MINUTE_MS } }));
    await send(other, hourly(HOURS));
    await sendByTheHour(other);
    // As if it had been judged so from the start.
    expect(await pictureOf(real.view("acme"), RANGE)).toEqual(
      await pictureOf(other.view("acme"), RANGE),
    );
  });

  it("keeps the new grid over a restart and a crash, also one just after it was chosen", async () => {
    await sendByTheHour(real);
    const picture = await historyOf(real.view("acme"), RANGE);
    const crashed = kept(await real.crashed());
    expect(gridOf(crashed)).toBe(MINUTE_MS);
    expect(await historyOf(crashed.view("acme"), RANGE)).toEqual(picture);
    await real.platform.checkpoint();
    open.splice(open.indexOf(real), 1);
    real = kept(await real.reopened());
    expect(gridOf(real)).toBe(MINUTE_MS);
    expect(await historyOf(real.view("acme"), RANGE)).toEqual(picture);
  });

  it("stays with its grid where series of both kinds are as many, or where it was set", async () => {
    const [first] = plantedSeries(FLEET, 0, POINTS);
    await send(real, [first!]);
    expect(gridOf(real)).toBe(HOUR_MS);
    const set = kept(await openRealPlatform({ settings: { stepMs: HOUR_MS } }));
    await send(set, hourly(HOURS));
    await sendByTheHour(set);
    expect(gridOf(set)).toBe(HOUR_MS);
  });
});
