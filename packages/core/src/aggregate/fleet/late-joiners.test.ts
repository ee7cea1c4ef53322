import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TenantFleet } from "./tenant-fleet.ts";
import { fill } from "./testing-fleet.ts";

const STEP_MS = 60_000;
const STEPS = 90;
/** More than the columns of a step are made for at least, so that joiners need new ones. */
const STEADY = 66;
const REWIND_STEPS = 20;

/** A series that lives for some steps: it may sleep, be late, and send several points in one step. */
interface Life {
  readonly node: string;
  readonly from: number;
  readonly steps: number;
  /** Points in each step, one after the other, over its whole life. */
  readonly pointsPerStep: readonly number[];
  /** Steps that a point arrives after its own. */
  readonly delay: number;
}

interface Arrival {
  readonly step: number;
  readonly node: string;
  readonly metric: string;
  readonly atMs: number;
  readonly p: number;
}

const life = fc.record({
  node: fc.constantFrom("node-0", "node-1", "pod-0", "pod-1", "pod-2"),
  from: fc.integer({ min: 0, max: STEPS - 1 }),
  steps: fc.integer({ min: 1, max: 40 }),
  pointsPerStep: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 }),
  delay: fc.integer({ min: 0, max: REWIND_STEPS - 2 }),
});

describe("series that join a fleet while it runs", () => {
  it("give the history they would have given had they been known from the beginning", () => {
    fc.assert(
      fc.property(
        fc.array(life, { minLength: 1, maxLength: 30 }),
        fc.option(fc.integer({ min: 1, max: STEPS - 1 })),
        (lives, restartAt) => {
          const arrivals = arrivalsOf(lives);
          const known = folded(arrivals, arrivals, null);
          const joining = folded(arrivals, [], restartAt);
          expect(joining).toEqual(known);
          expect([...known.keys()].length).toBe(STEPS);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("leave their node a score when they are silent again", () => {
    const steady: Life = { node: "node-0", from: 0, steps: 90, pointsPerStep: [1], delay: 0 };
    const brief: Life = { node: "node-0", from: 60, steps: 1, pointsPerStep: [1], delay: 0 };
    const arrivals = arrivalsOf([steady, brief, brief, brief]);
    for (const step of folded(arrivals, [], null).values())
      expect(step.get("node-0")).not.toBeNaN();
  });
});

/** Steady series of two nodes, one of them with four points a step, and the given lives. */
function arrivalsOf(lives: readonly Life[]): Arrival[] {
  const steady = Array.from({ length: STEADY }, (_, s) => ({
    node: `node-${s % 2}`,
    from: 0,
    steps: STEPS,
    pointsPerStep: [s === 0 ? 4 : 1],
    delay: 0,
  }));
  return [...steady, ...lives].flatMap((one, index) => arrivalsOfLife(one, index));
}

function arrivalsOfLife(one: Life, index: number): Arrival[] {
  const { node, from, steps, pointsPerStep, delay } = one;
  const arrivals: Arrival[] = [];
  for (let step = from; step < Math.min(from + steps, STEPS); step++) {
    const points = pointsPerStep[(step - from) % pointsPerStep.length]!;
    for (let k = 0; k < points; k++) {
      const p = ((index * 7919 + step * 104_729 + k * 1299) % 9973) / 9973 + 1e-6;
      const atMs = step * STEP_MS + k * 15_000;
      arrivals.push({ step: step + delay, node, metric: `m${index}`, atMs, p });
    }
  }
  return arrivals;
}

/** What each step said last, by node. Series in `before` are registered before anything else. */
function folded(
  arrivals: readonly Arrival[],
  before: readonly Arrival[],
  restartAt: number | null,
): Map<number, Map<string, number>> {
  let fleet = newFleet();
  for (const { node, metric } of before) fleet.addSeries("c", node, metric);
  const history = new Map<number, Map<string, number>>();
  for (let step = 0; step < STEPS + REWIND_STEPS; step++) {
    for (const { node, metric, atMs, p } of arrivals.filter((arrival) => arrival.step === step)) {
      fleet.put(fleet.addSeries("c", node, metric), atMs, p);
    }
    fleet.advance(Math.min(step + 1, STEPS) * STEP_MS, ({ step: at, nodes, tenant }) => {
      const seen = new Map([["tenant", tenant.p]]);
      fleet.names.nodeIds.forEach((id, n) => {
        if (!Number.isNaN(nodes.p[n]!)) seen.set(id, nodes.p[n]!);
      });
      history.set(at, seen);
    });
    if (step === restartAt) {
      fleet = fill(newFleet(), [...fleet.pieces("all")]);
    }
  }
  return history;
}

function newFleet(): TenantFleet {
  return new TenantFleet({
    stepMs: STEP_MS,
    budgetDays: 1,
    rewindMs: REWIND_STEPS * STEP_MS,
  });
}
