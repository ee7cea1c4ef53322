/** `npm run bench -- <what>`: measures, keeps the figures as JSON, makes docs/benchmarks.md anew. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { AccuracyFigures } from "./accuracy/accuracy.ts";
import { writePage } from "./report/benchmarks-page.ts";
import { readResult, writeResult } from "./report/result-file.ts";

const USAGE = `npm run bench -- WHAT
  speed                                 engine, remote write, ranking of 10,000 nodes (minutes)
  load                                  the store alone, the demo's history
  accuracy [--shared DIR | --data DIR] [--only NAME]...   all labelled sets through eval/run.py (minutes)
  golden [--shared DIR] --out DIR       scores of the golden series, for golden.py compare
  page                                  docs/benchmarks.md from the results that are there`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    shared: { type: "string" },
    data: { type: "string" },
    out: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
  },
});

const COMMANDS: Readonly<Record<string, () => Promise<void> | void>> = {
  speed: async () => {
    const { measureSpeed } = await import("./speed/speed.ts");
    keep("speed", await measureSpeed(say));
  },
  load: async () => {
    const { measureLoad } = await import("./load/load.ts");
    keep("load", await measureLoad(say));
  },
  accuracy: async () => {
    const { measureAccuracy } = await import("./accuracy/accuracy.ts");
    const before = readResult<AccuracyFigures>("accuracy")?.figures;
    const { only } = values;
    keep("accuracy", await measureAccuracy({ sharedDir: sharedDir(), only, before, say }));
  },
  golden: async () => {
    const { writeGolden } = await import("./accuracy/golden.ts");
    if (values.out === undefined) throw new Error("golden: say where to with --out DIR");
    for (const file of writeGolden(sharedDir(), values.out)) console.log(file);
  },
  page: writePage,
};

const [what = ""] = positionals;
const command = COMMANDS[what];
if (command === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await command();
}

/** The research folder; the data folder inside it names it as well. */
function sharedDir(): string {
  if (values.shared !== undefined) return values.shared;
  if (values.data !== undefined) return join(values.data, "..");
  return process.env.FORESHOCK_SHARED ?? join(import.meta.dirname, "../../shared");
}

function keep(name: string, figures: unknown): void {
  writeResult(name, `npm run bench -- ${name}`, figures);
  writePage();
  console.log(JSON.stringify(figures, null, 2));
}

function say(line: string): void {
  console.error(`bench: ${line}`);
}
