import { HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { type Figure, keep } from "../page.ts";
import type { PageTable } from "../page-table.ts";
import type { Judged } from "./judge-told.ts";
import { runTruth } from "./run-truth.ts";
import { truthFleets } from "./truth-fleets.ts";
import { DONE } from "./truth-plan.ts";
import {
  clean,
  fractionOf,
  onsetErrors,
  type Right,
  type Share,
  shareOf,
  shareText,
  type TruthRun,
} from "./truth-shares.ts";

const SEEDS = [1, 2];
/** Examples of what was told wrong that are printed, per sort. */
const EXAMPLES = 3;

/**
 * What the product tells about generated fleets beside what was done to them, through the real server.
 *
 * @param only beginnings of the names of fleets, for who looks for a cause; such a run is not kept.
 */
export async function measureTruth(
  seedList: string | undefined,
  only: string | undefined,
): Promise<void> {
  const seeds = seedList?.split(",").map(Number) ?? SEEDS;
  if (seeds.some((seed) => !Number.isInteger(seed))) {
    console.error(`--seeds takes whole numbers like 1,2, not ${seedList}`);
    process.exitCode = 2;
    return;
  }
  const names = only?.split(",").map((name) => name.trim()) ?? [""];
  const fleets = truthFleets(seeds).filter(({ name }) => names.some((one) => name.startsWith(one)));
  const run = await runTruth(fleets, (name) => console.error(`played ${name}`));
  for (const line of wrongExamples(run)) console.log(line);
  const figures = gateFigures(run);
  const tables = [shapesTable(run), stepsTable(run), surfacesTable(run)];
  for (const { what, value, goal, met } of figures) {
    console.log(`${met === false ? "MISSED" : "met   "} ${what}: ${value} (${goal})`);
  }
  for (const { title, header, rows } of tables) {
    console.log(`\n${title}\n${[header, ...rows].map((row) => row.join(" | ")).join("\n")}`);
  }
  if (only === undefined)
    keep({ name: "truth", command: "npm run bench -- truth", figures, tables });
}

/** The gates of the truth bench, each with what was measured. */
export function gateFigures({ judged, checks }: TruthRun): Figure[] {
  const over = judged.filter(({ moment }) => moment === "over");
  const onsets = onsetErrors(clean(judged));
  const disagreements = checks.reduce((sum, one) => sum + one.disagreements.length, 0);
  const compared = checks.reduce((sum, one) => sum + one.compared, 0);
  return [
    atLeast("onset within a step, of what begins at a point", onsets.withinStep, 0.8),
    {
      what: "onset, steps off: median; p90 of their sizes",
      value: `${onsets.median}; ${onsets.p90}`,
      ...{ goal: "p90 <= 3", met: onsets.p90 <= 3 },
    },
    atLeast("order of the first metrics", shareOf(judged, "isOrderRight"), 0.9),
    ...stepsOf(judged).map((stepMs) =>
      atLeast(
        `kind, once it is over, points every ${stepName(stepMs)}`,
        shareOf(
          over.filter((one) => one.stepMs === stepMs),
          "isKindRight",
        ),
        0.9,
      ),
    ),
    atLeast("nodes counted in the sentence", shareOf(judged, "areNodesRight"), 0.95),
    {
      what: "surfaces that disagree",
      value: `${disagreements} of ${compared}`,
      ...{ goal: "0", met: disagreements === 0 },
    },
  ];
}

function atLeast(what: string, share: Share, least: number): Figure {
  const met = !(fractionOf(share) < least);
  return { what, value: shareText(share), goal: `>= ${least.toFixed(2)}`, met };
}

function stepsOf(judged: readonly Judged[]): number[] {
  return [...new Set(judged.map(({ stepMs }) => stepMs))].sort((a, b) => a - b);
}

function stepName(stepMs: number): string {
  if (stepMs < MINUTE_MS) return `${stepMs / 1000} s`;
  return stepMs < HOUR_MS ? `${stepMs / MINUTE_MS} min` : `${stepMs / HOUR_MS} h`;
}

const COLUMNS = [
  ["kind", "isKindRight"],
  ["label", "isLabelRight"],
  ["state", "isStateRight"],
  ["order", "isOrderRight"],
  ["place", "isPlaceRight"],
  ["nodes", "areNodesRight"],
  ["value", "isActualRight"],
  ["typical", "isTypicalRight"],
  ["direction", "isDirectionRight"],
  ["rarity", "isRarityRight"],
] as const satisfies readonly (readonly [string, Right])[];
const HEADER = ["found", "onset within 1", "median", "p90", ...COLUMNS.map(([name]) => name)];

function cellsOf(judged: readonly Judged[]): string[] {
  const found = judged.filter(({ isFound }) => isFound);
  const onsets = onsetErrors(found);
  return [
    shareText(shareOf(judged, "isFound")),
    shareText(onsets.withinStep),
    onsets.median.toFixed(0),
    onsets.p90.toFixed(0),
    ...COLUMNS.map(([, right]) => shareText(shareOf(found, right))),
  ];
}

function shapesTable({ judged }: TruthRun): PageTable {
  const rows = (["finding", "anomaly"] as const).flatMap((what) =>
    Object.keys(DONE).flatMap((done) => {
      const own = judged.filter((one) => one.what === what && one.done === done);
      return own.length === 0 ? [] : [[what, done, ...cellsOf(own)]];
    }),
  );
  const title = "What was told, by what was done";
  const notes = [
    "Each fault is read twice: at its last point, and 24 points after it. Onsets in steps, told minus true.",
  ];
  return { title, notes, header: ["told", "done", ...HEADER], rows };
}

function stepsTable({ judged }: TruthRun): PageTable {
  const rows = stepsOf(judged).flatMap((stepMs) =>
    (["finding", "anomaly"] as const).flatMap((what) =>
      (["lasting", "over"] as const).map((moment) => {
        const own = judged.filter(
          (one) => one.stepMs === stepMs && one.what === what && one.moment === moment,
        );
        return [stepName(stepMs), what, moment, ...cellsOf(own)];
      }),
    ),
  );
  const header = ["step", "told", "read while", ...HEADER];
  return { title: "What was told, by sampling interval", notes: [], header, rows };
}

function surfacesTable({ checks }: TruthRun): PageTable {
  const all = checks.flatMap(({ disagreements }) => disagreements);
  const rows = [...Map.groupBy(all, ({ between }) => between)]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([between, some]) => [between, String(some.length)]);
  const compared = checks.reduce((sum, one) => sum + one.compared, 0);
  return {
    title: "Surfaces that disagree",
    notes: [`Of ${compared} comparisons.`],
    ...{ header: ["between", "times"], rows },
  };
}

/** For who mends them: some sentences of each sort that is wrong. */
function* wrongExamples({ judged, checks }: TruthRun): Generator<string> {
  const wrong = [
    ...COLUMNS.map(
      ([name, right]) => [name, judged.filter((one) => one[right] === false)] as const,
    ),
    ["onset", clean(judged).filter(({ onsetSteps = 0 }) => Math.abs(onsetSteps) > 1)] as const,
  ];
  for (const [name, some] of wrong) {
    for (const [done, group] of Map.groupBy(some, (one) => `${one.what}, ${one.done}`)) {
      for (const one of group.slice(0, EXAMPLES)) {
        const { fleet, moment, size, kind, onsetSteps, text } = one;
        yield `wrong ${name}: ${done} of ${size}, ${moment}, ${fleet}: ${kind}, ${onsetSteps} steps: ${text}`;
      }
    }
  }
  const all = checks.flatMap(({ disagreements }) => disagreements);
  for (const [between, some] of Map.groupBy(all, (one) => one.between)) {
    for (const { detail } of some.slice(0, EXAMPLES)) yield `disagree, ${between}: ${detail}`;
  }
}
