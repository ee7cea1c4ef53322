import { beforeAll, describe, expect, it } from "vitest";
import { gateFigures } from "../../bench/truth/measure-truth.ts";
import { runTruth } from "../../bench/truth/run-truth.ts";
import { gateFleets } from "../../bench/truth/truth-fleets.ts";
import type { TruthRun } from "../../bench/truth/truth-shares.ts";

/** Gates that hold; the bench shows the others, with what is missed. */
const GATED = [
  "onset within a step, of what begins at a point",
  "order of the first metrics",
  "kind, once it is over, points every 5 min",
  "kind, once it is over, points every 1 h",
];

/** Not mended yet. */
const OPEN: ReadonlySet<string> = new Set([
  "node: since and anomalies",
  "alarm: outcome",
  "finding: outcome",
]);

/** What is told about generated fleets through the real server, held against what was done to them. */
describe("what the product tells", () => {
  let run: TruthRun;
  beforeAll(async () => {
    run = await runTruth(gateFleets());
  }, 600_000);

  it("is found often enough to say something about it", () => {
    expect(run.judged.filter(({ isFound }) => isFound).length).toBeGreaterThan(200);
    expect(run.checks.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThan(3000);
  });

  it("is the same on all surfaces: beginning, kind, sentence, score and rarity", () => {
    const all = run.checks.flatMap(({ disagreements }) => disagreements);
    expect(all.filter(({ between }) => !OPEN.has(between))).toEqual([]);
  });

  it.each(GATED)("meets its gate: %s", (what) => {
    const figure = gateFigures(run).find((one) => one.what === what);
    expect(figure).toMatchObject({ what, met: true });
  });
});
