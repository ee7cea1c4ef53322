import { createStreamEngine, LABEL_OF_KIND } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { faultCases } from "./fault-cases.ts";

describe("what injected faults are called", () => {
  const plan = { intervalMs: 300_000, days: 21, seeds: [14] };
  const cases = [...faultCases(createStreamEngine(), plan)];
  const found = cases.filter(({ window }) => window !== undefined);

  it("is right beyond the gate in five-minute points: labels .91, fine kinds .80", () => {
    expect(found.length).toBeGreaterThan(70);
    const share = (right: (one: (typeof found)[number]) => boolean) =>
      found.filter(right).length / found.length;
    const sameLabel = share((one) => LABEL_OF_KIND[one.window!] === LABEL_OF_KIND[one.truth]);
    expect(sameLabel).toBeGreaterThanOrEqual(0.91);
    expect(share((one) => one.window === one.truth)).toBeGreaterThanOrEqual(0.8);
  });

  it("begins where the fault does: half of the onsets within a point", () => {
    const errors = found.map(({ onsetError }) => onsetError).sort((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThanOrEqual(1);
  });
});
