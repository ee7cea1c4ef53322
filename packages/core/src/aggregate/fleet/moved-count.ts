import { INVOLVED_P } from "../place.ts";
import type { FleetFinding, MovedMetric } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { StepPoints } from "./step-points.ts";

/** Metrics of a finding that are counted by name. */
const METRICS_MAX = 50;
/** Share of those counted that may be healthy. */
const FALSE_SHARE = 0.01;
/** A count below this is not of a common move: then all that are involved at all are counted. */
const CLEAR_MIN = 3;
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

/**
 * One healthy node in fifty is involved by chance, so of a common move only those are counted that keep the share
 * of healthy ones down: first as if all could be healthy, then as if only those left over were. Where nearly all
 * moved, the weak ones among them are so counted too. Source: Benjamini, Krieger and Yekutieli, "Adaptive linear
 * step-up procedures that control the false discovery rate" (2006).
 */
function movedOf(p: readonly number[]): number {
  const ascending = p.toSorted((a, b) => a - b);
  const surely = clearOf(ascending, p.length);
  if (surely < CLEAR_MIN) return p.filter((one) => one <= INVOLVED_P).length;
  return surely === p.length ? surely : clearOf(ascending, p.length - surely);
}

/** How many of the smallest p are clear of chance, where up to `healthy` of them are healthy. */
function clearOf(ascending: readonly number[], healthy: number): number {
  return ascending.findLastIndex((one, k) => one <= (FALSE_SHARE * (k + 1)) / healthy) + 1;
}
