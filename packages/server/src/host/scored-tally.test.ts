import { describe, expect, it } from "vitest";
import type { FromHost } from "./protocol.ts";
import { ScoredTally } from "./scored-tally.ts";

function tallied() {
  const posted: FromHost[] = [];
  const timers: (() => void)[] = [];
  const tally = new ScoredTally(
    (message) => void posted.push(message),
    (_, work) => void timers.push(work),
  );
  return { posted, timers, tally };
}

describe("the tally of scored points", () => {
  it("goes with the next answer, once", () => {
    const { posted, timers, tally } = tallied();
    tally.add(3);
    tally.add(4);
    tally.add(0, 2);
    tally.post({ type: "answer", id: 1, value: undefined });
    tally.post({ type: "answer", id: 2, value: undefined });
    for (const timer of timers) timer();
    expect(posted).toEqual([
      { type: "answer", id: 1, value: undefined, scored: { points: 7, steps: 2 } },
      { type: "answer", id: 2, value: undefined },
    ]);
  });

  it("goes by itself where there is no answer, with one timer at a time", () => {
    const { posted, timers, tally } = tallied();
    tally.add(3);
    tally.add(4);
    expect(timers).toHaveLength(1);
    timers[0]!();
    tally.add(5);
    expect(timers).toHaveLength(2);
    timers[1]!();
    expect(posted).toEqual([
      { type: "scored", points: 7, steps: 0 },
      { type: "scored", points: 5, steps: 0 },
    ]);
  });
});
