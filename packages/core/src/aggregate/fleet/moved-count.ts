import { INVOLVED_P } from "../place.ts";
import type { FleetFinding, MovedMetric } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { StepPoints } from "./step-points.ts";

/** Metrics of a finding that are counted by name. */
const METRICS_MAX = 50;
/** Among all nodes together so few are counted by chance, where a move is clear. */
const CHANCE = 0.05;
/** A move is clear where it is on at least this share of the nodes that are involved at all. */
const CLEAR_SHARE = 1 / 3;
/** A node is silent where at least this share of its metrics is missed, and none has a value. */
const SILENT_SHARE = 1 / 2;

/** Counts on how many nodes each metric did something in one step. Cost: O(series of the nodes). */
export class MovedCount {
  readonly #fold: FleetFold;
  readonly #points: StepPoints | undefined;
  readonly #metrics = new Map<string, { readonly p: number[]; silent: number }>();
  #silentNodes = 0;

  constructor(fold: FleetFold, points: StepPoints | undefined) {
    this.#fold = fold;
    this.#points = points;
  }

  /** Each node once. */
  add(node: number): void {
    const points = this.#points;
    if (points === undefined) return;
    let values = 0;
    let missed = 0;
    let known = 0;
    for (const series of this.#fold.childrenOf(node)) {
      known++;
      const p = points.of(series);
      if (Number.isNaN(p)) continue;
      // Our own word, not the sender's: it is missed.
      const isMissed = points.standingOf(series) === 0;
      if (isMissed) missed++;
      else values++;
      const name = this.#fold.directory.metricNames[series]!;
      const metric = this.#metrics.get(name) ?? { p: [], silent: 0 };
      this.#metrics.set(name, metric);
      metric.p.push(p);
      if (isMissed) metric.silent++;
    }
    if (values === 0 && missed > 0 && missed >= SILENT_SHARE * known) this.#silentNodes++;
  }

  get result(): Pick<FleetFinding, "moved" | "silentNodes"> {
    const moved = [...this.#metrics].map(([metricName, { p, silent }]): MovedMetric => {
      return { metricName, silent, nodes: Math.max(silent, movedOf(p)) };
    });
    return {
      moved: moved
        .filter(({ nodes }) => nodes > 0)
        .sort((a, b) => b.nodes - a.nodes || (a.metricName < b.metricName ? -1 : 1))
        .slice(0, METRICS_MAX),
      silentNodes: this.#silentNodes,
    };
  }
}

/** One healthy node in fifty is involved by chance, so only clear ones are counted where there are enough. */
function movedOf(p: readonly number[]): number {
  const involved = p.filter((one) => one <= INVOLVED_P).length;
  const clear = p.filter((one) => one <= CHANCE / Math.max(p.length, CHANCE / INVOLVED_P)).length;
  return clear > 0 && clear >= CLEAR_SHARE * involved ? clear : involved;
}
