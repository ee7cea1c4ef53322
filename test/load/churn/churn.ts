import { createStreamEngine } from "../../../packages/core/src/detect/stream-engine.ts";
import {
  type Deploys,
  deployed,
  START_MS,
} from "../../../packages/core/src/pipeline/testing-deploys.ts";

const HOUR = 60;
const DAY = 1440;
const MINUTE_MS = 60_000;
const BATCHES = [1, 5, 60];

export interface ChurnOptions {
  readonly days: number;
  readonly seeds: number;
  readonly advanced: (what: unknown) => void;
}

/** What a fleet came to that was deployed every hour, folded in batches of some minutes. */
export interface ChurnRow {
  readonly markers: string;
  readonly batch: number;
  readonly nodes: number;
  readonly findings: number;
  /** A sum over all scores of all steps: the same for the same scores. */
  readonly scores: number;
  readonly cpuSeconds: number;
}

export interface ChurnReport {
  readonly rows: readonly ChurnRow[];
  /** Of so many fleets in which a node left for good, in how many it was told, and how soon at the latest. */
  readonly leavers: {
    readonly trials: number;
    readonly found: number;
    readonly latestMinutes: number;
  };
}

/** Hourly deploys of ten pods, and nodes that leave for good amid them. No server: the folds alone. */
export function churn({ days, seeds, advanced }: ChurnOptions): ChurnReport {
  const engine = createStreamEngine();
  const rows: ChurnRow[] = [];
  for (const markers of ["all", "none", "half"] as const) {
    for (const batch of BATCHES) {
      const before = process.cpuUsage().user;
      const { findings, scores, nodes } = deployed({ ...fleet(5), days, markers }, batch, engine);
      const cpuSeconds = (process.cpuUsage().user - before) / 1e6;
      rows.push({ markers, batch, nodes, findings: findings.length, scores, cpuSeconds });
      advanced(rows.at(-1));
    }
  }
  let [found, latestMinutes] = [0, 0];
  for (let seed = 1; seed <= seeds; seed++) {
    const minute = 2 * DAY + 97 * (seed % 20) + (seed % 60);
    const node = `db-${seed % 3}`;
    const markers = (["all", "none", "half"] as const)[seed % 3]!;
    const last = { days: (minute + 60) / DAY, leaves: { node, minute } };
    const { findings } = deployed({ ...fleet(seed), ...last, markers }, 60, engine);
    const after = findings
      .filter(({ nodeId }) => nodeId === node)
      .map(({ openedMs }) => (openedMs - START_MS) / MINUTE_MS - minute)
      .find((minutes) => minutes >= 0);
    if (after === undefined) continue;
    found++;
    latestMinutes = Math.max(latestMinutes, after);
  }
  return { rows, leavers: { trials: seeds, found, latestMinutes } };
}

function fleet(seed: number): Deploys {
  const gap = (dice: () => number): number => 4 * dice() - 2;
  return { seed, days: 1, every: HOUR, pods: 10, markers: "none", gap };
}
