import { HOUR_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CountingPace, contextOf } from "../../testing/paced-reads.ts";
import { NOON, openRealPlatform, type RealPlatform } from "../../testing/real-platform.ts";
import { type FindingRecord, readFinding, storedFinding } from "../fleet/finding-record.ts";
import { UNPACED } from "../platform/pace.ts";
import { FindingDesk } from "./finding-desk.ts";
import { CELLS } from "./read-cost.ts";

describe("the desk of a tenant's findings", () => {
  let real: RealPlatform;
  beforeEach(async () => {
    real = await openRealPlatform();
  });
  afterEach(() => real.close());

  it("explains what a storm has closed one by one, each counted, none twice", async () => {
    for (const count of [50, 100, 200]) {
      const context = contextOf(real, "acme");
      const pace = new CountingPace(CELLS.finding);
      let explained = 0;
      const desk = new FindingDesk(context, () => explained++, pace);
      const storm = Array.from({ length: count }, (_, k) => finding(`${count}x${k}`, NOON));
      for (const one of storm) desk.changed(one);
      desk.advanced();
      await desk.settled();
      expect(explained).toBe(count);
      expect(pace).toMatchObject({ cells: count * CELLS.finding, turns: count });
      for (const { id } of storm) {
        expect(readFinding(context.store.findings.get(id)!).explanation).toBeDefined();
      }
    }
  });

  it("keeps explanations of open findings within a million characters, however long names are", async () => {
    const desk = new FindingDesk(contextOf(real, "acme"), () => {}, UNPACED);
    for (let k = 0; k < 100; k++) await desk.row(storedFinding(finding(`short${k}`)));
    expect(desk.kept.count).toBe(64);
    for (let k = 0; k < 100; k++) {
      await desk.row(storedFinding({ ...finding(`long${k}`), nodeId: "n".repeat(50_000) }));
      expect(desk.kept.characters).toBeLessThanOrEqual(1_000_000);
    }
    expect(desk.kept.count).toBeGreaterThan(10);
  });
});

/** A finding whose metrics nobody knows any more, so that no partition is asked. */
function finding(id: string, closedMs?: number): FindingRecord {
  return {
    id: `fnd_${id}`,
    level: "node",
    clusterId: "eu",
    nodeId: "n1",
    openedMs: NOON - HOUR_MS,
    raisedMs: NOON - HOUR_MS,
    closedMs,
    outcome: "recovered",
    tenantDays: 3,
    entityP: 1e-6,
    entityDays: 5,
    peakMs: NOON - HOUR_MS,
    whole: false,
    members: [{ nodeId: "n1", p: 1e-6 }],
    contributions: [],
    second: false,
  };
}
