import { describe, expect, it } from "vitest";
import { killsAndCalm } from "../load/kills/kills.ts";

/** In the gate; `npm run load -- kills` makes 60. */
const KILLS = 10;
const SEED = Number(process.env.FORESHOCK_SEED ?? 20_261_130);

describe("a server that is killed under free writers, also in the middle of checkpoints", () => {
  it(`says all that one without a kill says, bit for bit (seed ${SEED})`, {
    timeout: 300_000,
  }, async () => {
    const report = await killsAndCalm({ seed: SEED, kills: KILLS, historyDays: 2 });
    expect(report.differences).toEqual([]);
    expect(report.kills).toBe(KILLS);
    // The kills fell where they were meant to, and there is something to compare.
    expect(report.killsInCheckpoint).toBeGreaterThan(1);
    // How many a busy machine comes to differs.
    expect(report.checkpoints).toBeGreaterThan(1);
    expect(report.ticks).toBeGreaterThan(KILLS / 2);
    for (const parts of Object.values(report.compared)) {
      expect(parts.points).toBeGreaterThan(30_000);
      expect(parts.findings).toBeGreaterThan(0);
      expect(parts.alarms).toBeGreaterThan(0);
      expect(parts.anomalies).toBeGreaterThan(0);
      expect(parts.tenantScores).toBeGreaterThan(1000);
    }
  });
});
