import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createStreamEngine } from "@foreshock/core/fold";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  readIncidentSet,
  readSeriesSet,
  type SeriesSet,
} from "../../bench/accuracy/datasets/datasets.ts";
import { engineScores } from "../../bench/accuracy/protocol/engine-scores.ts";
import { judgeRoots, scoredCases } from "../../bench/accuracy/protocol/judge-roots.ts";
import { judgeSet, LEVELS } from "../../bench/accuracy/protocol/judge-set.ts";
import { labelledRegion } from "../../bench/accuracy/protocol/labelled-region.ts";
import { pythonCommand, referenceMissing, SHARED } from "./python-reference.ts";

const missing = referenceMissing();
const ROOT = resolve(import.meta.dirname, "../..");
const DATA = join(SHARED, "data");
/** Files of scores carry nine digits. */
const DIGITS = 6;
/** The command line is started again for every file or incident. */
const LONG_MS = 600_000;

/** A few series, a node of many metrics, and three incidents with their call graph. */
const PARTS = [
  "kpi-samples",
  ...["train", "test", "test_label"].flatMap((part) => {
    return [`asd/${part}/omi-1.${part === "test_label" ? "txt" : "csv"}.gz`];
  }),
  "petshop/low_traffic/graph.csv",
  "petshop/low_traffic/noissue",
  "petshop/low_traffic/train/issue_0",
  "petshop/low_traffic/test/issue_1",
  "petshop/low_traffic/test/issue_9",
];

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the bench beside eval/run.py and the command line${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let folder = "";
    const data = () => join(folder, "data");
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "foreshock-agreement-"));
      for (const part of PARTS) {
        cpSync(join(DATA, part), join(data(), part), { recursive: true });
      }
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(["kpi-samples", "asd"] as const)(
      "gives the figures that the harness gives the command line on %s",
      (set: SeriesSet) => {
        const json = join(folder, `${set}.json`);
        const out = join(folder, set);
        askHarness(["detect", "--dataset", set, "--root", data(), "--out", out, "--json", json]);
        const { summary } = parsed(readFileSync(json, "utf8")) as { summary: Summary };
        const regions = readSeriesSet(data(), set).map(labelledRegion);
        const engine = createStreamEngine();
        const mine = judgeSet(
          regions,
          engineScores(
            regions.map(({ record }) => record),
            engine,
          ),
        );
        expect(mine.vusPr).toBeCloseTo(summary.vus_pr, DIGITS);
        expect(mine.vusRoc).toBeCloseTo(summary.vus_roc, DIGITS);
        expect(mine.aucPr).toBeCloseTo(summary.auc_pr, DIGITS);
        expect(mine.bestF1).toBeCloseTo(summary.best_f1, DIGITS);
        for (const level of LEVELS) {
          const wanted = summary.alarms[String(level)]!;
          const alarms = mine.alarms.get(level)!;
          expect(alarms.f1).toBeCloseTo(wanted.f1, DIGITS);
          expect(alarms.falsePerDay).toBeCloseTo(wanted.false_alarms_per_series_day, DIGITS);
        }
      },
      LONG_MS,
    );

    it.each([
      [0, "without-graph"],
      [60, "with-graph"],
    ] as const)(
      "gives the root ranks that the harness gives, %d s late, %s",
      (late, graph) => {
        const flags = graph === "with-graph" ? ["--graph"] : [];
        const said = askHarness([
          "rank",
          "--dataset",
          "petshop",
          "--root",
          data(),
          "--late",
          String(late),
          ...flags,
        ]);
        const incidents = readIncidentSet(data(), "petshop");
        const scored = scoredCases(incidents, createStreamEngine());
        const mine = judgeRoots(incidents, scored, { lateMs: late * 1000, graph }).get("all")!;
        expect(mine.cases).toBe(3);
        const share = (value: number) => value.toFixed(3);
        expect(said).toContain(
          `petshop: AS@1 ${share(mine.as1)}  AS@3 ${share(mine.as3)}  AS@5 ${share(mine.as5)}  Avg@5 ${share(mine.avg5)}  (3 cases)`,
        );
      },
      LONG_MS,
    );
  },
);

interface Summary {
  readonly vus_pr: number;
  readonly vus_roc: number;
  readonly auc_pr: number;
  readonly best_f1: number;
  readonly alarms: Readonly<
    Record<string, { readonly f1: number; readonly false_alarms_per_series_day: number }>
  >;
}

/** What eval/run.py prints when it drives our command line. */
function askHarness([what, ...args]: readonly string[]): string {
  const ran = spawnSync(
    pythonCommand(),
    [join(SHARED, "eval", "run.py"), what!, "--cmd", "npm run -s foreshock --", ...args],
    { cwd: ROOT, encoding: "utf8", env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } },
  );
  expect(ran.status, ran.stderr).toBe(0);
  return ran.stdout;
}

/** Python writes NaN, which JSON does not know. */
function parsed(text: string): unknown {
  return JSON.parse(text.replaceAll(/\bNaN\b/g, "null"));
}
