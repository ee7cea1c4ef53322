import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { acceptanceTable } from "./goals/acceptance-table.ts";
import type { PageTable } from "./page-table.ts";

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
  readonly tables?: readonly PageTable[];
  /** Every number by name, for programs. */
  readonly measures?: Readonly<Record<string, number>>;
}

/** What a bench hands over; date and machine are added. */
export type Measured = Omit<BenchResult, "date" | "machine">;

/** Order of the page; others follow by name. */
const ORDER = ["accuracy", "fleets", "truth", "calibration", "speed", "load"];

/** Keeps a run (the newest of each name) and writes docs/benchmarks.md from all of them. */
export function keep(measured: Measured): void {
  mkdirSync(RESULTS, { recursive: true });
  const { name, command, ...rest } = measured;
  const result: BenchResult = {
    name,
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, shared with other work`,
    ...rest,
  };
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  writePage();
}

const HEAD = `# Benchmarks

Made by \`npm run bench\` from \`bench/results\`; do not edit. One part alone: \`npm run bench -- accuracy --data DIR\`, \`speed\`, \`load\`.
Accuracy figures are the same on every run and every machine. Wall-clock figures on a shared machine carry 30-50 % noise; CPU seconds less.`;

/** The page, from what `bench/results` holds. */
function writePage(): void {
  const results = existsSync(RESULTS)
    ? readdirSync(RESULTS)
        .filter((file) => file.endsWith(".json"))
        .map((file) => JSON.parse(readFileSync(join(RESULTS, file), "utf8")) as BenchResult)
        .sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1))
    : [];
  const measures = new Map(results.flatMap((one) => Object.entries(one.measures ?? {})));
  const acceptance = tableSection(acceptanceTable(measures), "##");
  writeFileSync(PAGE, `${[HEAD, acceptance, ...results.map(sectionOf)].join("\n\n")}\n`);
}

function place({ name }: BenchResult): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? ORDER.length : at;
}

function sectionOf({ name, command, date, machine, figures, tables = [] }: BenchResult): string {
  const rows = figures.map(({ what, value, goal, met }) => {
    return [what, value, goal, met === undefined ? "" : met ? "met" : "**missed**"];
  });
  const parts = [
    `## ${name}\n\`${command}\`, ${date}; ${machine}.`,
    ...(rows.length > 0 ? [tableText(["what", "measured", "goal", ""], rows)] : []),
    ...tables.map((table) => tableSection(table, "###")),
  ];
  return parts.join("\n\n");
}

function tableSection({ title, notes, header, rows }: PageTable, mark: string): string {
  const text = notes.length > 0 ? [notes.join("\n")] : [];
  return [`${mark} ${title}`, ...text, tableText(header, rows)].join("\n\n");
}

function tableText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), `|${header.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}
