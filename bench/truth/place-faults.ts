import { assert, type DurationMs, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import type { Dice } from "@foreshock/core/generator";
import {
  DONE,
  type Done,
  lengthFactor,
  type PlannedFault,
  type PlannedFleet,
} from "./truth-plan.ts";

export interface PlacedFault {
  readonly planned: PlannedFault;
  readonly cluster: string;
  readonly nodes: readonly string[];
  readonly first: number;
  /** In points, of its earliest metric. */
  readonly length: number;
}

/** Quiet points after a fault, in which it is read once more; and quiet time after that. */
export const RECOVERY_POINTS = 24;
const QUIET_MS = 4 * HOUR_MS;
/** Restless, stuck or climbing is a matter of several points. */
const SEVERAL_POINTS = 16;
const SEVERAL: ReadonlySet<Done> = new Set<Done>(["variance", "stuck", "ramp", "another hour"]);
/** "Some" are a third of a cluster. */
const SOME = 3;

/** One after the other behind the history, each on nodes that nothing was done to yet, as long as there are any. */
export function placeFaults(
  plan: PlannedFleet,
  dice: Dice,
): { readonly placed: readonly PlacedFault[]; readonly pointCount: number } {
  const { stepMs } = plan;
  const factor = lengthFactor(stepMs);
  const points = (durationMs: DurationMs) => Math.round(durationMs / stepMs);
  const fresh = freshNodes(plan);
  const placed: PlacedFault[] = [];
  let at = points(plan.historyMs);
  let end = at;
  for (const planned of plan.faults) {
    const { done, lagSteps, isTogether = false } = planned;
    if (!isTogether) {
      at =
        Math.max(at, end) +
        RECOVERY_POINTS +
        points(factor * QUIET_MS) +
        dice.below(points(2 * HOUR_MS) + 7);
    }
    const [shortest, longest] = DONE[done].minutes;
    const drawn = dice.between(shortest, longest) * MINUTE_MS;
    const isShort = shortest < 60;
    const wanted = points(isShort ? drawn : factor * drawn);
    const length = Math.max(wanted, SEVERAL.has(done) ? SEVERAL_POINTS : 1);
    const last = placed.at(-1);
    const place = fresh(planned, isTogether ? last : undefined, dice);
    placed.push({ planned, ...place, first: at, length });
    end = Math.max(end, at + length + 3 * lagSteps);
  }
  return { placed, pointCount: end + RECOVERY_POINTS + 1 };
}

function freshNodes({ clusters, nodes }: PlannedFleet) {
  const nameOf = (node: number) => `node-${String(node + 1).padStart(3, "0")}`;
  const next = new Array<number>(clusters).fill(0);
  let turn = 0;
  return ({ who, done }: PlannedFault, beside: PlacedFault | undefined, dice: Dice) => {
    let cluster = turn++ % clusters;
    const isBusy = () => beside?.cluster === `cluster-${cluster + 1}`;
    if (clusters > 1 && isBusy()) cluster = turn++ % clusters;
    const id = `cluster-${cluster + 1}`;
    const all = Array.from({ length: nodes }, (_, node) => nameOf(node));
    if (who === "whole" || done === "outage") return { cluster: id, nodes: all };
    const count = who === "one" ? 1 : Math.max(2, Math.floor(nodes / SOME));
    const from = next[cluster]!;
    next[cluster] = from + count + dice.below(2);
    const chosen = Array.from({ length: count }, (_, k) => all[(from + k) % nodes]!);
    const taken = isBusy() ? (beside?.nodes ?? []) : [];
    assert(!chosen.some((node) => taken.includes(node)), "two at once on the same node");
    return { cluster: id, nodes: chosen };
  };
}
