import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { type Heard, heard, historyOf, type Said, STEP_MS } from "./testing-churn.ts";

const STEPS = 100;
/** First and count; 2,000 by hand, with FORESHOCK_HISTORIES=1,2000, in parts where a machine has several cores. */
const [FIRST = 1, HISTORIES = 400] = (process.env.FORESHOCK_HISTORIES ?? "1,400")
  .split(",")
  .map(Number);
/** Many times what one takes on a busy machine. */
const HISTORY_MS = 5000;
/** Series that a history has at most, and a step of the fold looks at each a few times. */
const COST_PER_STEP = 400;

describe("series that join, sleep, come late, vanish, end and join again", () => {
  it(
    `${HISTORIES} histories: the same in time and late, in batches of any size, whole and restored; no NaN, no endless work`,
    async () => {
      let told = 0;
      for (let seed = FIRST; seed < FIRST + HISTORIES; seed++) {
        const said = historyOf(seed, STEPS);
        const inTime = heard(said, STEPS, { every: 1, late: false, restartEvery: 1000 });
        const every = 1 + (seed % 6);
        const late = heard(said, STEPS, { every, late: true, restartEvery: 1 + (seed % 11) });
        expect(differenceOf(inTime, late), `history ${seed}`).toBe("");
        expect(unscored(said, inTime), `history ${seed}`).toEqual([]);
        for (const { cost } of [inTime, late]) {
          expect(cost, `history ${seed}`).toBeLessThan(COST_PER_STEP * STEPS * said.length ** 0.5);
        }
        told += inTime.findings.length;
        // The machine's other work goes on.
        if (seed % 20 === 0) await new Promise(setImmediate);
      }
      // There must have been something to tell.
      expect(told).toBeGreaterThan(HISTORIES / 20);
    },
    HISTORIES * HISTORY_MS,
  );
});

function differenceOf(one: Heard, other: Heard): string {
  for (const [step, nodes] of one.steps) {
    const others = other.steps.get(step) ?? new Map<string, number>();
    for (const name of new Set([...nodes.keys(), ...others.keys()])) {
      const [a, b] = [nodes.get(name), others.get(name)];
      if (!Object.is(a, b)) return `step ${step}: ${name} is ${a} and ${b}`;
    }
  }
  const isSame = isDeepStrictEqual(one.findings, other.findings);
  return isSame ? "" : `findings ${JSON.stringify([one.findings, other.findings])}`;
}

/** Nodes that said something in a step and have no p there. */
function unscored(said: readonly Said[], { steps }: Heard): string[] {
  const values = said.filter(({ p }) => !Number.isNaN(p));
  return values.flatMap(({ node, atMs }) => {
    const step = Math.floor(atMs / STEP_MS);
    const p = steps.get(step)?.get(node);
    return p !== undefined && p > 0 && p <= 1 ? [] : [`${node} in step ${step}: ${p}`];
  });
}
