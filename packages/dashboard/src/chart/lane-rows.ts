import type { ScoresReply } from "@foreshock/client";

export interface LaneRow {
  /** Cluster or node; the tenant for the overall lane. */
  readonly name: string;
  readonly cluster: string;
  readonly node: string;
  /** Start of each step, epoch ms, and the scores of the steps. */
  readonly times: readonly number[];
  readonly scores: readonly (number | null)[];
  /** As the server answered: it may be wider than asked. */
  readonly stepMs: number;
  /** Highest score of the range; null where there is none. */
  readonly worst: number | null;
  /** Start of the step with the highest score. */
  readonly worstAtMs: number | null;
}

/** A reply of one step does not show how long it is: the finest grid there is. */
const ONE_STEP_MS = 300_000;

/** Entities of a columnar reply as rows, the worst first; equal ones by name. */
export function laneRows(reply: ScoresReply): readonly LaneRow[] {
  const { times, entities, score, level } = reply;
  const stepMs = times.length > 1 ? times[1]! - times[0]! : ONE_STEP_MS;
  const rows = entities.cluster.map((cluster, e): LaneRow => {
    const scores = score.slice(e * times.length, (e + 1) * times.length);
    let worstIndex = -1;
    scores.forEach((one, i) => {
      if (one !== null && (worstIndex < 0 || one > (scores[worstIndex] ?? 0))) worstIndex = i;
    });
    const node = entities.node[e] ?? "";
    return {
      name: level === "node" ? node : cluster,
      cluster,
      node,
      times,
      scores,
      stepMs,
      worst: worstIndex < 0 ? null : (scores[worstIndex] ?? null),
      worstAtMs: worstIndex < 0 ? null : (times[worstIndex] ?? null),
    };
  });
  return rows.sort((a, b) => (b.worst ?? -1) - (a.worst ?? -1) || compareNames(a.name, b.name));
}

const NAMES = new Intl.Collator("en", { numeric: true });

/** node-2 before node-10. */
export function compareNames(a: string, b: string): number {
  return NAMES.compare(a, b);
}
