import { MINUTE_MS } from "@foreshock/core/fold";
import {
  Dice,
  FAULT_KINDS,
  generateSeries,
  injectFault,
  METRIC_KINDS,
  type MetricKind,
} from "@foreshock/core/generator";
import { describe, expect, it } from "vitest";
import { askReference, referenceMissing } from "./python-reference.ts";

const missing = referenceMissing();
const SEEDS = 16;
const DAYS = 14;

const CLEAN = `
from generator import KINDS, generate
for kind in KINDS:
    for seed in range(${SEEDS}):
        t, x, noise = generate(kind, seed + 300, ${DAYS})
        emit({"kind": kind, "noise": noise}, x)
`;

const FAULTY = `
from generator import ANOMALIES, generate, inject
for anomaly in ANOMALIES:
    for seed in range(200):
        t, x, noise = generate("temp", seed % 3, 12)
        _, label, (first, last) = inject(t, x, noise, anomaly, seed)
        emit({"fault": anomaly}, [first / len(x), last - first + 1])
`;

/** Facts of a series that do not depend on its daily phase, averaged over seeds. */
function factsOf(values: Float64Array): number[] {
  const sorted = values.toSorted();
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const steps = values
    .subarray(1)
    .map((value, i) => Math.abs(value - values[i]!))
    .toSorted();
  const step = (share: number) => steps[Math.floor(share * (steps.length - 1))]!;
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return [mean, quantile(0.1), quantile(0.5), quantile(0.9), quantile(0.99), step(0.5), step(0.99)];
}

function meanFacts(columns: readonly Float64Array[]): number[] {
  const facts = columns.map(factsOf);
  return facts[0]!.map((_, k) => facts.reduce((sum, one) => sum + one[k]!, 0) / facts.length);
}

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the generator and the reference's${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    const reference = missing === undefined ? askReference(CLEAN) : [];

    it.each(METRIC_KINDS)("%s has the same law: mean, quantiles, steps", (kind: MetricKind) => {
      const theirs = reference.filter(({ row }) => row.kind === kind);
      const ours = Array.from({ length: SEEDS }, (_, seed) =>
        generateSeries({ kind, seed: `law ${seed}`, days: DAYS, intervalMs: MINUTE_MS }),
      );
      expect(ours[0]!.noiseSize).toBe(theirs[0]!.row.noise);
      const wanted = meanFacts(theirs.map(({ columns }) => columns[0]!));
      const got = meanFacts(ours.map(({ values }) => values));
      const spread = Math.max(wanted[4]! - wanted[1]!, ours[0]!.noiseSize);
      got.forEach((fact, k) => {
        // Levels may differ by a part of the usual spread (few slow swings fit into two weeks), steps by a part of themselves.
        const room = k < 5 ? 0.1 * spread : 0.06 * wanted[k]! + 0.01 * spread;
        expect(Math.abs(fact - wanted[k]!), `fact ${k}: ${fact} for ${wanted[k]}`).toBeLessThan(
          room,
        );
      });
    });

    it("puts faults of the same lengths into the same part of a series", () => {
      const theirs = askReference(FAULTY);
      const series = generateSeries({
        kind: "temp",
        seed: "faults",
        days: 12,
        intervalMs: MINUTE_MS,
      });
      for (const fault of FAULT_KINDS) {
        const wanted = theirs
          .filter(({ row }) => row.fault === fault)
          .map(({ columns }) => columns[0]!);
        const got = Array.from({ length: 200 }, (_, seed) => {
          const { firstIndex, lastIndex } = injectFault(series, fault, new Dice(`place ${seed}`));
          return [firstIndex / series.values.length, lastIndex - firstIndex + 1] as const;
        });
        const mean = (all: readonly ArrayLike<number>[], k: number) =>
          all.reduce((sum, one) => sum + one[k]!, 0) / all.length;
        expect(Math.abs(mean(got, 0) - mean(wanted, 0)), fault).toBeLessThan(0.03);
        expect(Math.abs(mean(got, 1) / mean(wanted, 1) - 1), fault).toBeLessThan(0.15);
      }
    });
  },
);
