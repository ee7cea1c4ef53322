import { createStreamEngine } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { FAULT_SIZE } from "./faulty-series.ts";
import { faultScore } from "./judge-sampling.ts";
import { SAMPLED_KINDS } from "./samplings.ts";
import { SCALINGS, scaledSeries } from "./scalings.ts";

describe("no size is too small or too large", () => {
  const engine = createStreamEngine();
  const scoresOf = (scaling: (typeof SCALINGS)[number]) =>
    SAMPLED_KINDS.flatMap((kind) =>
      [1, 2].map((seed) => faultScore(engine, scaledSeries(scaling, kind, seed, FAULT_SIZE))),
    );
  const plain = scoresOf(SCALINGS[0]!);

  it("finds the faults as they are", () => {
    expect(plain.filter((score) => score >= 0.75).length).toBeGreaterThanOrEqual(9);
  });

  it.each(SCALINGS.slice(1))("gives a fault $name the score it has without", (scaling) => {
    // At 1e12 doubles are 1e-4 apart: the last hundredths of a degree are gone.
    const most = scaling.offset === 1e12 ? 0.05 : 0.01;
    scoresOf(scaling).forEach((score, i) => {
      expect(Math.abs(score - plain[i]!)).toBeLessThanOrEqual(most);
    });
  });
});
