import { describe, expect, it } from "vitest";
import { createStreamEngine } from "../detect/stream-engine.ts";
import { type Deploys, deployed, START_MS } from "./testing-deploys.ts";

const engine = createStreamEngine();
const MINUTE = 60_000;
const HOUR = 60;
const DAY = 1440;
/** Newcomers come up to two minutes before or after the pod that they replace was seen last. */
const near = (dice: () => number): number => 4 * dice() - 2;
const FLEET: Deploys = { seed: 5, days: 4, every: HOUR, pods: 10, markers: "none", gap: near };

describe("a fleet whose pods are replaced", () => {
  it.each([
    ["hourly, all with markers", { markers: "all" }],
    ["hourly, without any", { markers: "none" }],
    ["hourly, half of them with markers", { markers: "half" }],
    ["every twelve hours, half of them with markers", { markers: "half", every: 12 * HOUR }],
    ["every other day, without markers", { every: 2 * DAY, days: 5 }],
    ["every twelve hours, newcomers 40 minutes before", { every: 12 * HOUR, gap: () => -40 }],
  ] as const)(
    "%s: nothing is found, and all batches give the same",
    (_, change) => {
      const fleet = { ...FLEET, ...change };
      const [one, five, sixty] = [1, 5, 60].map((batch) => deployed(fleet, batch, engine));
      expect(one!.findings).toEqual([]);
      expect(one!.nodes).toBeGreaterThan(30);
      expect([five, sixty]).toEqual([one, one]);
    },
    120_000,
  );

  it("finds a node that leaves while the others stay or are replaced, a quarter of an hour later", () => {
    let found = 0;
    const trials = 12;
    for (let seed = 1; seed <= trials; seed++) {
      const node = `db-${seed % 3}`;
      const minute = 2 * DAY + 97 * seed;
      const days = (minute + 40) / DAY;
      const every = seed % 2 === 0 ? HOUR : Number.POSITIVE_INFINITY;
      const fleet = { ...FLEET, seed, days, every, leaves: { node, minute } };
      const { findings } = deployed(fleet, 60, engine);
      const hit = findings.find(({ nodeId, openedMs }) => {
        const after = (openedMs - START_MS) / MINUTE - minute;
        return nodeId === node && after >= 0 && after < 20;
      });
      if (hit !== undefined) found++;
    }
    expect(found / trials).toBeGreaterThanOrEqual(0.95);
  }, 120_000);

  it("finds one that leaves half an hour after the fleet grew, which replaced nobody", () => {
    for (const [nodes, after] of [
      [2, 25],
      [3, 40],
      [8, 55],
    ] as const) {
      const grows = { nodes, minute: 2 * DAY + 600 };
      const leaves = { node: "db-1", minute: grows.minute + after };
      const days = (grows.minute + 100) / DAY;
      const fleet = { ...FLEET, days, every: Number.POSITIVE_INFINITY, grows, leaves };
      const [one, sixty] = [1, 60].map((batch) => deployed(fleet, batch, engine));
      expect(one!.findings.map(({ nodeId }) => nodeId)).toContain("db-1");
      expect(sixty).toEqual(one);
    }
  }, 120_000);

  it("gets used to pods that keep their names and go every evening, from the third evening on", () => {
    const fleet = {
      ...FLEET,
      days: 7,
      every: Number.POSITIVE_INFINITY,
      dayPods: 6,
      oldestGo: true,
    };
    const { findings } = deployed(fleet, 60, engine);
    const evenings = findings.filter(({ nodeId, openedMs }) => {
      return nodeId?.startsWith("day-") === true && openedMs >= START_MS + 3 * DAY * MINUTE;
    });
    expect(evenings).toEqual([]);
    const whole = deployed(
      { ...fleet, leaves: { node: "db-1", minute: 5 * DAY + 900 } },
      60,
      engine,
    );
    expect(whole.findings.map(({ nodeId }) => nodeId)).toContain("db-1");
  }, 120_000);

  it("does not take a node that comes an hour and a half after another left for one in its place", () => {
    const late = { ...FLEET, days: 3, every: 2 * DAY, gap: () => 90 };
    const { findings } = deployed(late, 60, engine);
    expect(findings.length).toBeGreaterThan(0);
  }, 120_000);
});
