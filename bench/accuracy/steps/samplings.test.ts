import { createStreamEngine } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { judgeSampling } from "./judge-sampling.ts";
import { SAMPLINGS } from "./samplings.ts";

describe("time is what the stamps say", () => {
  const engine = createStreamEngine();
  const named = (name: string) => SAMPLINGS.find((one) => one.name === name)!;

  it.each([
    ["1 h", 1],
    ["6 h", 1],
    ["1 day", 1],
    ["1 week", 1],
    ["5 min after 1 h", 1],
    ["1 min after 5 min after 1 h", 0.9],
    ["1 min between 5 min", 0.75],
    ["jitter of a half", 1],
    ["irregular: 3 of 10 points kept", 0.6],
    ["empty cells of five neighbours", 1],
    ["every other cell empty", 1],
    ["two replicas, no label", 0.9],
    ["every point twice", 0.9],
    ["first 40 points a second apart", 1],
  ])(
    "%s: at least %d of the faults score as they do sampled regularly, clean points keep the promise",
    (name, share) => {
      const { within, cleanHalf, cleanMajor } = judgeSampling(engine, named(name), [1, 2]);
      expect(within).toBeGreaterThanOrEqual(share);
      expect(cleanHalf).toBeLessThan(2);
      expect(cleanMajor).toBeLessThan(2.5);
    },
  );

  it.each(["1 day", "1 week"])(
    "%s: clean points raise half of what is promised or more",
    (name) => {
      const { cleanHalf, cleanMajor } = judgeSampling(engine, named(name), [1, 2, 3, 4]);
      expect(cleanHalf).toBeGreaterThan(0.5);
      expect(cleanMajor).toBeGreaterThan(0.5);
    },
  );
});
