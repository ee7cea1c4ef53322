import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
/** How the harness calls us. */
const FORESHOCK = "npm run -s foreshock --";

/** Event figures of one score threshold, pooled over series. */
export interface AlarmFigures {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly falsePerSeriesDay: number | null;
}

/** What the harness says of `foreshock detect` on one set; null = not defined there. */
export interface DetectFigures {
  readonly series: number;
  readonly vusPr: number | null;
  readonly aucPr: number | null;
  /** By threshold: "0.5", "0.75", "0.9". */
  readonly alarms: Readonly<Record<string, AlarmFigures>>;
}

/** Share of cases whose root node is among the first 1, 3, 5, and the mean over the first five. */
export interface RankFigures {
  readonly cases: number;
  readonly as1: number;
  readonly as3: number;
  readonly as5: number;
  readonly avg5: number;
}

/** The research folder's own evaluation, run as it stands: `eval/run.py` with our command line. */
export class Harness {
  readonly #script: string;
  readonly #python: string;

  /** @throws Error when the folder or its interpreter is not there; the message says what to give. */
  constructor(sharedDir: string, python = process.env.FORESHOCK_PYTHON ?? "python3") {
    this.#script = join(resolve(sharedDir), "eval", "run.py");
    this.#python = python;
    if (!existsSync(this.#script)) {
      throw new Error(`${this.#script} is not there: give the research folder with --shared DIR`);
    }
  }

  async detect(dataset: string): Promise<DetectFigures> {
    const folder = mkdtempSync(join(tmpdir(), "foreshock-accuracy-"));
    try {
      const json = join(folder, "result.json");
      await this.#run(["detect", "--dataset", dataset, "--out", folder, "--json", json]);
      return detectFigures(readFileSync(json, "utf8"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** By the set's groups, and all of them as "all". */
  async rank(dataset: string, options: readonly string[]): Promise<Record<string, RankFigures>> {
    return rankFigures(dataset, await this.#run(["rank", "--dataset", dataset, ...options]));
  }

  #run(args: readonly string[]): Promise<string> {
    const argv = [this.#script, ...args, "--cmd", FORESHOCK];
    const child = spawn(this.#python, argv, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    return new Promise((done, fail) => {
      child.on("error", (error) => {
        fail(new Error(`${this.#python}: ${error.message}; set FORESHOCK_PYTHON to a Python 3`));
      });
      child.on("close", (code) => {
        if (code === 0) done(out);
        else fail(new Error(`run.py ${args.join(" ")} ended with ${code}:\n${err.slice(-2000)}`));
      });
    });
  }
}

interface Scored {
  readonly summary: {
    readonly series: number;
    readonly missing: readonly string[];
    readonly vus_pr: number | null;
    readonly auc_pr: number | null;
    readonly alarms: Readonly<Record<string, Record<string, number | null>>>;
  };
}

/** @throws Error when series came back without scores: the mean would hide them. */
export function detectFigures(text: string): DetectFigures {
  // Python writes NaN, which JSON does not know.
  const { summary } = JSON.parse(text.replaceAll(/\bNaN\b/g, "null")) as Scored;
  if (summary.missing.length > 0) {
    throw new Error(`no scores for ${summary.missing.join(", ")}`);
  }
  const alarms = Object.entries(summary.alarms).map(([threshold, found]) => {
    const { precision = null, recall = null, f1 = null } = found;
    const falsePerSeriesDay = found.false_alarms_per_series_day ?? null;
    return [threshold, { precision, recall, f1, falsePerSeriesDay }] as const;
  });
  return {
    series: summary.series,
    vusPr: summary.vus_pr,
    aucPr: summary.auc_pr,
    alarms: Object.fromEntries(alarms),
  };
}

const RANK_LINE =
  /^ *(?<name>[^:]+): AS@1 (?<as1>[\d.]+) +AS@3 (?<as3>[\d.]+) +AS@5 (?<as5>[\d.]+) +Avg@5 (?<avg5>[\d.]+) +\((?<cases>\d+) cases\)/;

/** @throws Error when the harness printed no total. */
export function rankFigures(dataset: string, printed: string): Record<string, RankFigures> {
  const rows: Record<string, RankFigures> = {};
  for (const line of printed.split("\n")) {
    const groups = RANK_LINE.exec(line)?.groups;
    if (groups === undefined) continue;
    const number = (name: string): number => Number(groups[name]);
    const name = groups.name === dataset ? "all" : groups.name!;
    rows[name] = {
      cases: number("cases"),
      as1: number("as1"),
      as3: number("as3"),
      as5: number("as5"),
      avg5: number("avg5"),
    };
  }
  if (rows.all === undefined) throw new Error(`run.py rank ${dataset} printed no figures`);
  return rows;
}
