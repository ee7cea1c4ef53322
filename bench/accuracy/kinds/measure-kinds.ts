import {
  type AnomalyKind,
  createStreamEngine,
  LABEL_OF_KIND,
  MINUTE_MS,
  type StreamingEngine,
} from "@foreshock/core/fold";
import { FAULT_KINDS } from "@foreshock/core/generator";
import type { PageTable } from "../../page-table.ts";
import { printTables } from "../print-tables.ts";
import { type CasePlan, type FaultCase, faultCases } from "./fault-cases.ts";
import { type RampQuality, rampCases } from "./ramp-cases.ts";
import { DONE, type ToldCase, toldCases } from "./told-cases.ts";
import { typicalCoverage } from "./typical-coverage.ts";
import { waveCases } from "./wave-cases.ts";

/** Seeds 11-13 were for writing the rules; these were not looked at before. */
const FRESH_SEEDS = [21, 22, 23];
/** Two days of block means every hour of nine metrics' weeks are a minute of work a seed. */
const RAMP_SEEDS = 1;
const TOLD_SEEDS = 2;
const TOLD_SIZES = [6, 12, 30];
const STEPS = [
  { name: "1 min", intervalMs: MINUTE_MS, days: 12 },
  { name: "5 min", intervalMs: 5 * MINUTE_MS, days: 21 },
  { name: "1 h", intervalMs: 60 * MINUTE_MS, days: 42 },
] as const;

/**
 * What faults are called, at three sampling intervals: the whole alarmed window (protocol of
 * classifier.py) and the episode as the platform reports it; onsets; GutenTAG's injections; how often
 * clean values lie in their typical range.
 */
export function measureKinds(seedList: string | undefined): void {
  const seeds = seedList?.split(",").map(Number) ?? FRESH_SEEDS;
  if (seeds.some((seed) => !Number.isInteger(seed))) {
    console.error(`--seeds takes whole numbers like 21,22,23, not ${seedList}`);
    process.exitCode = 2;
    return;
  }
  const engine = createStreamEngine();
  const judged = STEPS.map(({ name, intervalMs, days }) => {
    const plan: CasePlan = { intervalMs, days, seeds };
    return { name, cases: [...faultCases(engine, plan)] };
  });
  const title = `Seeds ${seeds.join(", ")}`;
  printTables([
    sharesTable(`${title}: share called right`, judged),
    ...judged.map(({ name, cases }) => confusion(`${title}, ${name}: truth \\ said`, cases)),
    rampTable(rampCases(engine, seeds.slice(0, RAMP_SEEDS))),
    toldTable(engine, seeds.slice(0, TOLD_SEEDS)),
    wavesTable(waveCases(engine, seeds)),
    coverageTable(typicalCoverage(engine, seeds)),
  ]);
}

type Judged = readonly { readonly name: string; readonly cases: readonly FaultCase[] }[];

function sharesTable(title: string, judged: Judged): PageTable {
  const rows = judged.flatMap(({ name, cases }) =>
    (["window", "episode"] as const).map((how) => {
      const found = cases.filter((one) => one[how] !== undefined);
      const label = (truth: string) =>
        shareOf(
          found.filter((one) => LABEL_OF_KIND[one.truth] === truth),
          (one) => sameLabel(one.truth, one[how]!),
        );
      const errors = found.map(({ onsetError }) => onsetError).sort((a, b) => a - b);
      return [
        `${name}, ${how}`,
        `${found.length} of ${cases.length}`,
        shareOf(found, (one) => sameLabel(one.truth, one[how]!)),
        shareOf(found, (one) => one.truth === one[how]),
        label("spike"),
        label("trend"),
        label("seasonal"),
        shareOf(
          found.filter((one) => one.truth === "trend"),
          (one) => one[how] === "trend",
        ),
        `${errors[errors.length >> 1]} / ${errors[Math.floor(0.9 * errors.length)]}`,
      ];
    }),
  );
  const header = ["", "found", "labels", "kinds", "spike", "trend", "seasonal", "ramps", "onset"];
  return { title, notes: [], header, rows };
}

function confusion(title: string, cases: readonly FaultCase[]): PageTable {
  const kinds = FAULT_KINDS.filter((kind) => kind !== "missing");
  const rows = kinds.map((truth) => [
    truth,
    ...kinds.map((said) =>
      String(cases.filter((one) => one.truth === truth && one.episode === said).length),
    ),
  ]);
  return { title, notes: [], header: ["", ...kinds], rows };
}

function rampTable({ cases, found, minutes }: RampQuality): PageTable {
  return {
    title: "Slow ramps noticed while they go on",
    notes: [],
    header: ["", "found", "minutes, median"],
    rows: [["score of 0.75", `${found.toFixed(2)} of ${cases}`, String(minutes)]],
  };
}

/** What was done for how long, what is said once it is over, and from when on. */
function toldTable(engine: StreamingEngine, seeds: readonly number[]): PageTable {
  const plans = [{ name: "15 s", intervalMs: MINUTE_MS / 4, days: 5 }, ...STEPS];
  const rows = plans.flatMap(({ name, intervalMs, days }) => {
    const cases = [...toldCases(engine, { intervalMs, days, seeds, sizes: TOLD_SIZES })];
    return Object.keys(DONE).map((done) => {
      const all = cases.filter((one) => one.done === done);
      const found = all.filter(({ said }) => said !== undefined);
      return [
        name,
        done,
        `${found.length} of ${all.length}`,
        shareOf(found, ({ right }) => right),
        shareOf(found, ({ onsetSteps }) => Math.abs(onsetSteps) <= 1),
        String(found.map(sizeOfError).sort((a, b) => a - b)[Math.floor(0.9 * found.length)] ?? "-"),
      ];
    });
  });
  const header = ["step", "done", "found", "kind right", "onset within 1 step", "steps off, p90"];
  return { title: "What one series is said to have done", notes: [], header, rows };
}

function sizeOfError({ onsetSteps }: ToldCase): number {
  return Math.abs(onsetSteps);
}

function wavesTable(cases: ReturnType<typeof waveCases>): PageTable {
  const rows = [...Map.groupBy(cases, ({ fault }) => fault)].map(([fault, group]) => {
    const found = group.filter(({ said }) => said !== undefined);
    const right = shareOf(found, ({ truth, said }) => truth === said);
    return [fault, group[0]!.truth, `${found.length} of ${group.length}`, right];
  });
  const header = ["fault", "label", "found", "right"];
  return { title: "GutenTAG's injections", notes: [], header, rows };
}

function coverageTable(coverage: ReadonlyMap<string, number>): PageTable {
  const rows = [...coverage].map(([kind, share]) => [kind, share.toFixed(3)]);
  const title = "Clean values inside their typical range";
  return { title, notes: [], header: ["metric", "share"], rows };
}

function sameLabel(truth: AnomalyKind, said: AnomalyKind): boolean {
  return LABEL_OF_KIND[truth] === LABEL_OF_KIND[said];
}

function shareOf<Case>(cases: readonly Case[], right: (one: Case) => boolean): string {
  return cases.length === 0 ? "-" : (cases.filter(right).length / cases.length).toFixed(3);
}
