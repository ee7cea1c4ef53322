import { HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { expect } from "vitest";
import { batchOf } from "../src/platform/ingest-batch.ts";
import type { IngestSeries } from "../src/platform/platform.ts";
import { Unavailable } from "../src/platform/platform-errors.ts";
import { historyOf } from "./picture.ts";
import { plantedSeries } from "./planted.ts";
import { FLEET, type Law, NOON, POINTS, RANGE, STEP_MS, send } from "./tenant-view-stage.ts";

const HALF = POINTS / 2;
const PLACE = { clusterId: "eu", nodeId: "n", metricName: "m" };

function series(points: readonly (readonly [atMs: number, value: number])[]): IngestSeries {
  return {
    ...PLACE,
    timestampsMs: Float64Array.from(points, ([atMs]) => atMs),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

const REPORT: Law = {
  sentence: "reports every point of a batch once, as accepted or under its reason",
  async holds(stage) {
    const view = stage.view("acme");
    await view.ingest(batchOf([series([[NOON, 1]])]));
    const report = await view.ingest(
      batchOf([
        series([
          [NOON - MINUTE_MS, 1],
          [NOON + HOUR_MS, 1],
          [NOON + 2 * HOUR_MS, 1],
          [NOON - 3 * HOUR_MS, 1],
          [NOON, Number.POSITIVE_INFINITY],
          [-5, 1],
          [NOON - 2 * MINUTE_MS, Number.NaN],
        ]),
      ]),
    );
    // An infinite value is a missing one: it took the place of the value at noon.
    const put = { storedPoints: 2, duplicatePoints: 0, overwrittenPoints: 1 };
    expect(report).toMatchObject({ acceptedPoints: 3, put, rejectedPoints: 4 });
    const reasons = Object.fromEntries(
      report.rejected.map(({ reason, points }) => [reason, points]),
    );
    expect(reasons).toEqual({ future: 2, "too-late": 1, "invalid-time": 1 });
    for (const { reason, examples } of report.rejected) {
      expect(examples).toEqual([reason === "invalid-time" ? "eu/n/m at -5" : "eu/n/m"]);
    }
    expect(await view.health()).toMatchObject({ acceptedPoints: 4, rejectedPoints: reasons });
    await stage.settled();
    // Missing ones are stored, and are no points.
    expect((await view.summary()).points).toBe(1);
  },
};

const DURABLE: Law = {
  sentence: "has after a reopening all that it acknowledged, once, and what it made of it",
  async holds(stage) {
    const [early, late] = [plantedSeries(FLEET, 0, HALF), plantedSeries(FLEET, HALF, POINTS)];
    await stage.view("acme").ingest(batchOf(early));
    await stage.reopen();
    await stage.view("acme").ingest(batchOf(late));
    await stage.settled();
    const before = await historyOf(stage.view("acme"), RANGE);
    expect(before.columns.map((columns) => columns!.at.length)).toEqual(Array(12).fill(POINTS));
    expect(before.anomalies.length).toBeGreaterThan(0);
    expect(before.findings.length).toBeGreaterThan(0);
    await stage.reopen();
    await stage.settled();
    expect(await historyOf(stage.view("acme"), RANGE)).toEqual(before);
  },
};

const REPEATED: Law = {
  sentence: "accepts again what it has, and changes nothing by it",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const before = await historyOf(stage.view("acme"), RANGE);
    const again = batchOf(plantedSeries(FLEET, POINTS - 20, POINTS));
    const report = await stage.view("acme").ingest(again);
    expect(report).toMatchObject({ acceptedPoints: 12 * 20, rejectedPoints: 0 });
    await stage.settled();
    expect(await historyOf(stage.view("acme"), RANGE)).toEqual(before);
  },
};

const FULL: Law = {
  sentence:
    "throws Unavailable with code and wait while the disk is full, reads on, and takes points again afterwards",
  needsFaultyDisk: true,
  async holds(stage) {
    await send(stage, "acme", FLEET, [0, HALF]);
    const range = { ...RANGE, endMs: RANGE.startMs + HALF * STEP_MS };
    const before = await historyOf(stage.view("acme"), range);
    stage.disk!.fill();
    const next = () => batchOf(plantedSeries(FLEET, HALF, POINTS));
    const refused: unknown = await stage
      .view("acme")
      .ingest(next())
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(stage.disk!.refusedWrites).toBeGreaterThan(0);
    expect(refused).toBeInstanceOf(Unavailable);
    expect(refused).toMatchObject({ code: "store/disk-full", retryAfterMs: 5000 });
    const { columns } = await historyOf(stage.view("acme"), range);
    expect(columns).toEqual(before.columns);
    stage.disk!.makeRoom();
    expect(await stage.view("acme").ingest(next())).toMatchObject({
      acceptedPoints: 12 * (POINTS - HALF),
    });
    await stage.reopen();
    await stage.settled();
    expect((await stage.view("acme").summary()).points).toBe(12 * POINTS);
  },
};

export const WRITE_LAWS: readonly Law[] = [REPORT, DURABLE, REPEATED, FULL];
