import { type DetectFigures, Harness, type RankFigures } from "./harness.ts";

/** Figures by the name of the measurement, each with the day it was made. */
export interface AccuracyFigures {
  readonly detect: Readonly<Record<string, Dated<DetectFigures>>>;
  readonly rank: Readonly<Record<string, Dated<{ readonly groups: Record<string, RankFigures> }>>>;
}

type Dated<Figures> = Figures & {
  /** RFC 3339. */
  readonly measuredAt: string;
  /** Wall time of the whole harness. */
  readonly seconds: number;
};

/** Sets whose metric rows are scored, then those whose node rows are. */
export const DETECT_SETS = [
  "nab",
  "ms-cloud-monitoring",
  "merlion-synthetic",
  "asd",
  "smd",
  "jumpstarter",
] as const;

/** Rankings: the set and the options that the harness is given. */
export const RANK_RUNS: Readonly<Record<string, readonly string[]>> = {
  nezha: [],
  "nezha --late 60": ["--late", "60"],
  petshop: [],
  "petshop --graph": ["--graph"],
};

export interface AccuracyOptions {
  readonly sharedDir: string;
  /** Names of measurements; all of them when empty. */
  readonly only: readonly string[];
  /** What was measured before: kept for the measurements that are left out now. */
  readonly before: AccuracyFigures | undefined;
  readonly say: (line: string) => void;
}

/** Runs the harness set by set. @throws Error for a name that is not known. */
export async function measureAccuracy(options: AccuracyOptions): Promise<AccuracyFigures> {
  const { sharedDir, only, before, say } = options;
  const known: readonly string[] = [...DETECT_SETS, ...Object.keys(RANK_RUNS)];
  for (const name of only) {
    if (!known.includes(name)) throw new Error(`--only ${name}: use ${known.join(" | ")}`);
  }
  const harness = new Harness(sharedDir);
  const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
  const detect: Record<string, Dated<DetectFigures>> = { ...before?.detect };
  const rank: Record<string, AccuracyFigures["rank"][string]> = { ...before?.rank };
  for (const name of DETECT_SETS.filter(wanted)) {
    say(`detect ${name}...`);
    detect[name] = await dated(() => harness.detect(name));
  }
  for (const [name, args] of Object.entries(RANK_RUNS)) {
    if (!wanted(name)) continue;
    say(`rank ${name}...`);
    const dataset = name.split(" ")[0]!;
    rank[name] = await dated(async () => ({ groups: await harness.rank(dataset, args) }));
  }
  return { detect, rank };
}

async function dated<Figures extends object>(
  work: () => Promise<Figures>,
): Promise<Dated<Figures>> {
  const begunMs = performance.now();
  const figures = await work();
  const seconds = Math.round((performance.now() - begunMs) / 1000);
  return { ...figures, measuredAt: new Date().toISOString(), seconds };
}
