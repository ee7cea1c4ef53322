import { DAY_MS, HOUR_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { clusterAt } from "./faults.ts";
import { fleetPlan } from "./fleet-plan.ts";
import { batchNight, habitOf } from "./habits.ts";

const START_MS = Date.parse("2026-02-11T14:20:00Z");
const END_MS = START_MS + 28 * DAY_MS;
const PLAN = fleetPlan({ seed: 1, nodes: 240, startMs: START_MS, endMs: END_MS });
const warehouse = clusterAt(PLAN, "globex/warehouse");
const reports = clusterAt(PLAN, "initech/reports");

describe("habitOf", () => {
  it("runs a batch every night at ten in the evening of the tenant (03:00 UTC), for about 7.5 hours", () => {
    const { spells } = habitOf(1, warehouse, START_MS, END_MS)!;
    expect(spells.length).toBeGreaterThanOrEqual(28);
    for (const { startMs, endMs } of spells) {
      const hour = (startMs % DAY_MS) / HOUR_MS;
      expect(Math.abs(hour - 3)).toBeLessThan(0.25);
      expect(Math.abs((endMs - startMs) / HOUR_MS - 7.5)).toBeLessThan(0.5);
    }
  });

  it("has a weekly peak on one node, Mondays nine to noon of the tenant (00:00 to 03:00 UTC)", () => {
    const { spells, nodeIds } = habitOf(1, reports, START_MS, END_MS)!;
    expect(nodeIds!.size).toBe(1);
    expect(spells.length).toBe(4);
    for (const { startMs, endMs } of spells) {
      expect(new Date(startMs).toUTCString()).toMatch(/^Mon.* 00:00:00/);
      expect(endMs - startMs).toBe(3 * HOUR_MS);
    }
  });

  it("leaves other clusters alone", () => {
    expect(habitOf(1, clusterAt(PLAN, "acme/media"), START_MS, END_MS)).toBeUndefined();
  });
});

describe("batchNight", () => {
  it("is the last night that began two days or more before the end, by hand", () => {
    const night = batchNight(warehouse, Date.parse("2026-03-11T14:20:00Z"), 2 * DAY_MS);
    expect(new Date(night.startMs).toISOString()).toBe("2026-03-09T03:00:00.000Z");
    const earlier = batchNight(warehouse, Date.parse("2026-03-11T02:20:00Z"), 2 * DAY_MS);
    expect(new Date(earlier.startMs).toISOString()).toBe("2026-03-08T03:00:00.000Z");
  });
});
