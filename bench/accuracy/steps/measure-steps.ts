import { createStreamEngine, largestOf } from "@foreshock/core/fold";
import type { PageTable } from "../../page-table.ts";
import { printTables } from "../print-tables.ts";
import { FAULT_SIZE } from "./faulty-series.ts";
import { faultScore, judgeSampling } from "./judge-sampling.ts";
import { SAMPLED_KINDS, SAMPLINGS } from "./samplings.ts";
import { SCALINGS, type Scaling, scaledSeries } from "./scalings.ts";

const STEP_SEEDS = 8;
/** By five kinds: 200 series each. */
const SCALE_SEEDS = 40;
/** Scores that differ by no more than this are the same. */
const SAME_SCORE = 0.01;

/** The same fault at every step and way of sampling, and in every unit. */
export function measureSteps(): void {
  const engine = createStreamEngine();
  const rows = SAMPLINGS.map((sampling) => {
    const one = judgeSampling(engine, sampling, firstSeeds(STEP_SEEDS));
    const figures = [one.score, one.regularScore, one.within, one.found];
    const clean = [one.cleanHalf, one.cleanMajor];
    return [one.name, ...[...figures, ...clean].map((figure) => figure.toFixed(2))];
  });
  printTables([
    {
      title: `The same fault at every step, ${STEP_SEEDS * SAMPLED_KINDS.length} series each`,
      notes: [],
      header: ["step", "score", "regular", "within .1", "found", "clean at .5", "clean at .75"],
      rows,
    },
    scaleTable(),
  ]);
}

function scaleTable(): PageTable {
  const engine = createStreamEngine();
  const scoresOf = (scaling: Scaling) =>
    SAMPLED_KINDS.flatMap((kind) =>
      firstSeeds(SCALE_SEEDS).map((seed) =>
        faultScore(engine, scaledSeries(scaling, kind, seed, FAULT_SIZE)),
      ),
    );
  const plain = scoresOf(SCALINGS[0]!);
  const rows = SCALINGS.map((scaling) => {
    const scores = scoresOf(scaling);
    const share = (holds: (score: number, i: number) => boolean) =>
      (scores.filter(holds).length / scores.length).toFixed(3);
    const off = scores.map((score, i) => Math.abs(score - plain[i]!));
    return [
      scaling.name,
      share((score) => score >= 0.75),
      share((_, i) => off[i]! <= SAME_SCORE),
      largestOf(off).toFixed(3),
    ];
  });
  const title = `The same fault in every unit, ${plain.length} series each`;
  return { title, notes: [], header: ["unit", "found", "score the same", "largest change"], rows };
}

function firstSeeds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
