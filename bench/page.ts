import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const RESULTS = join(ROOT, "bench/results");
const PAGE = join(ROOT, "docs/benchmarks.md");

/** One line of the page: what was measured, what came out, what was aimed at. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly goal: string;
  /** False is shown as a miss; left out where there is no goal. */
  readonly met?: boolean;
}

export interface BenchResult {
  readonly name: string;
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
}

/** Keeps a run (the newest of each name) and writes docs/benchmarks.md from all of them. */
export function keep(name: string, command: string, figures: readonly Figure[]): void {
  mkdirSync(RESULTS, { recursive: true });
  const result: BenchResult = {
    name,
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, shared with other work`,
    figures,
  };
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  writePage();
}

function writePage(): void {
  const results = existsSync(RESULTS)
    ? readdirSync(RESULTS)
        .filter((file) => file.endsWith(".json"))
        .sort()
        .map((file) => JSON.parse(readFileSync(join(RESULTS, file), "utf8")) as BenchResult)
    : [];
  const sections = results.map(({ name, command, date, machine, figures }) =>
    [
      `## ${name}`,
      `\`${command}\`, ${date}; ${machine}.`,
      "",
      "| what | measured | goal | |",
      "|---|---|---|---|",
      ...figures.map(({ what, value, goal, met }) => {
        return `| ${what} | ${value} | ${goal} | ${met === undefined ? "" : met ? "met" : "**missed**"} |`;
      }),
    ].join("\n"),
  );
  const head =
    "# Benchmarks\n\nMade by `npm run bench -- NAME` from `bench/results`; do not edit. Wall-clock figures on a shared machine carry 30-50 % noise; CPU seconds less.";
  writeFileSync(PAGE, `${[head, ...sections].join("\n\n")}\n`);
}
