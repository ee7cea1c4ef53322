import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { sourceFiles } from "./tooling/source-files.ts";

const ROOT = resolve(import.meta.dirname, "..");

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  /** Files that hold it, each with its reason where it is not simply the home. */
  readonly homes: readonly string[];
  /** Whether tests may write it too: numbers worked out by hand. */
  readonly inTests: boolean;
  /** Text that must be caught. */
  readonly offence: string;
}

const CORE = "packages/core/src";

/** What is declared once. The dashboard may not import the core and has its own lengths of time. */
const RULES: readonly Rule[] = [
  {
    what: "the length of a day or an hour in milliseconds",
    pattern: /(?<![\d_])(86_?400_?000|3_?600_?000)(?![\d_])/,
    homes: [`${CORE}/model/time.ts`, `${CORE}/engine/contract/some-series.ts`],
    inTests: true,
    offence: "const STEP_MS = 86_400_000 / 24;",
  },
  {
    what: "a constant for the length of a day, an hour or a minute",
    pattern: /const (DAY|HOUR|MINUTE)_MS\b/,
    homes: [`${CORE}/model/time.ts`, "packages/dashboard/src/format/time.ts"],
    inTests: false,
    offence: "const HOUR_MS = 60 * MINUTE_MS;",
  },
  {
    what: "how many points a sampling interval is learnt from",
    pattern: /const INTERVAL_(POINTS|STEPS)\b/,
    homes: [`${CORE}/detect/first-points.ts`],
    inTests: false,
    offence: "const INTERVAL_POINTS = 21;",
  },
  {
    what: "the half-width of the usual range",
    pattern: /const (BAND|RANGE)_SCALES\b/,
    homes: [`${CORE}/score/usual-range.ts`],
    inTests: false,
    offence: "export const BAND_SCALES = 2.5;",
  },
  {
    what: "the formula of magnitude",
    pattern: /function magnitude\w*\(|magnitude: [^,\n]*( \/ |deviation)/,
    homes: [`${CORE}/score/magnitude.ts`],
    inTests: false,
    offence: "magnitude: scale > 0 ? away / scale : 0,",
  },
  {
    what: "the formula of confidence",
    pattern: /function confidenceOf\(|confidence: Math\.min/,
    homes: [`${CORE}/score/confidence.ts`],
    inTests: false,
    offence: "confidence: Math.min(1, (pointCount * intervalMs) / SETTLED_MS),",
  },
  {
    what: "a search by bisection in a column of numbers",
    pattern: /\(low \+ high\) >>>? 1/,
    homes: [
      `${CORE}/stats/bisect.ts`,
      // A pivot, not a search.
      `${CORE}/stats/select.ts`,
      // By name, not by number.
      "packages/server/src/dispatch/first-at.ts",
      // By step, and by series, offset and kind.
      `${CORE}/aggregate/fleet/step-order.ts`,
      `${CORE}/aggregate/fleet/point-list.ts`,
      // In slabs, whose times are offsets.
      "packages/server/src/store/head/recent-points.ts",
      // In an array of the dashboard's, for the nearest.
      "packages/dashboard/src/chart/columns.ts",
      // Descending.
      "bench/accuracy/metrics/vus.ts",
    ],
    inTests: false,
    offence: "const middle = (low + high) >> 1;",
  },
  {
    what: "how an alarm can end",
    pattern: /"open"(,| \|) "held"(,| \|) "accepted"/,
    // The tracker has them by phase.
    homes: [`${CORE}/model/alarm-outcome.ts`, `${CORE}/alarm/alarm-tracker.ts`],
    inTests: true,
    offence: 'readonly outcome: "open" | "held" | "accepted" | "recovered";',
  },
  {
    what: "where a run of columns starts",
    pattern: /=== 0 \? 0 : [\w.#]*[eE]nds\[/,
    // Bytes of texts, in doubles.
    homes: [`${CORE}/model/point-runs.ts`, "packages/server/src/files/text-column.ts"],
    inTests: false,
    offence: "const first = k === 0 ? 0 : ends[k - 1]!;",
  },
  {
    what: "a median",
    pattern:
      /function (\w*[mM]edian(InPlace|OfSorted|Of)?|middle)\((?!first|values: Float64Array, count)/,
    homes: [
      `${CORE}/stats/order-statistics.ts`,
      `${CORE}/stats/select.ts`,
      `${CORE}/stats/sorted-median.ts`,
      // They say which median they mean and call it.
      `${CORE}/engine/peer/peer-form.ts`,
      `${CORE}/engine/peer/peer-median.ts`,
      `${CORE}/engine/peer/peer-standing.ts`,
      "bench/accuracy/datasets/record.ts",
    ],
    inTests: false,
    offence: "function medianOf(column: Float64Array): number {",
  },
];

const files = sourceFiles(["packages", "bench", "test"]);

describe.each(RULES.map((rule) => [rule.what, rule] as const))("%s", (_, rule) => {
  it("is declared in one place", () => {
    const found = files.filter((file) => offends(rule, file));
    expect(found).toEqual([]);
  });

  it("is found where it is planted, and its homes exist", () => {
    expect(rule.offence).toMatch(rule.pattern);
    for (const home of rule.homes) expect(files).toContain(home);
  });
});

function offends({ pattern, homes, inTests }: Rule, file: string): boolean {
  const isTest = /\.test\.tsx?$/.test(file) || file.startsWith("test/");
  // Fixtures of a page that is looked at, not code that runs.
  if (file.startsWith("packages/dashboard/dev/") || file === "test/one-home.test.ts") return false;
  if (homes.includes(file) || (isTest && inTests)) return false;
  return pattern.test(readFileSync(join(ROOT, file), "utf8"));
}
