import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runAccuracy } from "../../bench/accuracy/accuracy-run.ts";
import { UNIVARIATE_SETS } from "../../bench/accuracy/datasets/datasets.ts";
import { chosenEngines } from "../../bench/accuracy/engines.ts";
import { measuresOf } from "../../bench/accuracy/measures.ts";
import { GOALS, type Measures, reaches } from "../../bench/goals/goals.ts";
import { SHARED } from "./python-reference.ts";

const DATA = join(SHARED, "data");
const missing = existsSync(DATA)
  ? undefined
  : "the labelled data are not there: set FORESHOCK_SHARED to the research folder";

/**
 * Gates that are missed today, by measure; each with what it may not fall behind meanwhile. One
 * that is reached goes from this list.
 */
const MISSED: Readonly<Record<string, number>> = {
  // What was lost, and what of it came back: docs/experiments/bounded-influence.md, regime-change.md.
  "node-order-vus-pr/stream/smd": 0.65,
  // One opening more than there are shifts, in 86: a fault that is held is met by a change of nature.
  "shift-during": 1.02,
};

/** Whole fleets are minutes of computing, and a clock decides nothing: those the bench measures. */
const elsewhere = /^(fleet|fault)-|^million-points|^state-bytes/;
const gated = GOALS.filter(({ measure }) => !elsewhere.test(measure));

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the accuracy that may not get worse${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let measures: Measures;

    beforeAll(() => {
      const plan = { dataDir: DATA, floors: [], say: () => {} };
      // Nodes are many values: the default engine alone is judged on them.
      const nodes = ["asd", "smd", "jumpstarter"];
      const others = [...UNIVARIATE_SETS, "nezha", "petshop", "generated"];
      const seriesEngines = chosenEngines(undefined);
      const parts = [
        runAccuracy({ ...plan, only: nodes, engines: chosenEngines(["stream"]) }),
        runAccuracy({ ...plan, only: others, engines: seriesEngines }),
      ];
      measures = new Map(parts.flatMap((run) => [...measuresOf(run)]));
    }, 900_000);

    it.each(gated.map((goal) => [goal.what, goal] as const))("%s", (_, goal) => {
      const value = measures.get(goal.measure);
      expect(value, `${goal.measure} was not measured`).toBeDefined();
      const limit = MISSED[goal.measure] ?? goal.gate;
      expect(reaches(goal, value!, limit), `${value} against ${limit}`).toBe(true);
    });
  },
);
