import { describe, expect, it } from "vitest";
import { createStreamEngine } from "../detect/stream-engine.ts";
import { batchScorer } from "./batch/batch-scorer.ts";
import {
  LAZY_RULES,
  lazyBatchScorer,
  lazyEngine,
  lazyNothing,
  lazyPoints,
  lazyStreamScorer,
} from "./contract/lazy-engines.ts";
import { rocAuc } from "./contract/rank-checks.ts";
import { type Contracted, engineChecks, engineContract, type PlantedFault } from "./contract.ts";
import { streamScorer } from "./stream/stream-scorer.ts";

engineContract("the scorer of stream", streamScorer);
engineContract("the scorer of batch", batchScorer);

/** The sentences of the contract that an engine does not keep. */
async function broken(make: () => Contracted, fault: PlantedFault): Promise<string[]> {
  const sentences: string[] = [];
  for (const { says, run } of engineChecks(make, { faults: [fault] })) {
    try {
      await run();
    } catch {
      sentences.push(says);
    }
  }
  return sentences;
}

const DEVIATION: PlantedFault = { kind: "deviation" };
const WINDOWS = /^ranks the windows/;
const POINTS = /^ranks the points/;

describe("engineContract refuses an engine that keeps the form and sees nothing", () => {
  const rules = Object.entries(LAZY_RULES);

  it.each<[string, PlantedFault]>([
    ["deviation", DEVIATION],
    ["stuck", { kind: "stuck" }],
    ["missing", { kind: "missing" }],
    ["one-node", { kind: "one-node", among: lazyNothing }],
  ])("gives no results, and declares a fault of kind %s", async (_, fault) => {
    expect(await broken(lazyNothing, fault)).toEqual([expect.stringMatching(WINDOWS)]);
  });

  it.each(rules)("upper floor: %s", async (_, rule) => {
    const told = await broken(() => lazyEngine(rule), DEVIATION);
    expect(told).toEqual([expect.stringMatching(WINDOWS)]);
  });

  it.each(rules)("points of an engine with honest results: %s", async (_, rule) => {
    const told = await broken(() => lazyPoints(createStreamEngine(), rule), DEVIATION);
    expect(told).toEqual([expect.stringMatching(POINTS)]);
  });

  it.each(rules)("streaming scorer: %s", async (_, rule) => {
    const told = await broken(() => lazyStreamScorer(rule), DEVIATION);
    expect(told).toEqual([expect.stringMatching(POINTS)]);
  });

  it.each(rules)("batch scorer: %s", async (_, rule) => {
    const told = await broken(() => lazyBatchScorer(rule), DEVIATION);
    expect(told).toEqual([expect.stringMatching(POINTS)]);
  });
});

describe("rocAuc", () => {
  it("by hand: of 2 x 3 pairs the labelled point wins 4, ties 1 and loses 1, so (4 + 0.5) / 6", () => {
    const scores = Float64Array.of(5, 2, 1, 2, 3);
    const labels = Uint8Array.of(1, 1, 0, 0, 0);
    expect(rocAuc(scores, labels)).toBeCloseTo(4.5 / 6, 12);
  });

  it("is 0.5 where all scores are alike, and NaN counts as the lowest score", () => {
    expect(rocAuc(new Float64Array(10), Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0, 0, 0))).toBe(0.5);
    expect(rocAuc(Float64Array.of(Number.NaN, 0, 1), Uint8Array.of(1, 0, 0))).toBe(0);
  });
});
