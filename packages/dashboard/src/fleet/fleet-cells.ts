import type { NodeRow, ScoresReply } from "@foreshock/client";
import { compareNames } from "../chart/lane-rows.ts";
import { cellStateOf } from "../severity/severity.ts";
import { CELL_STATES, type CellState } from "../state/view-codec.ts";

export interface FleetCell {
  readonly node: NodeRow;
  /** What the cell is coloured by: the score now, or the highest in the range. */
  readonly score: number | null;
  readonly state: CellState;
  /** When the highest in the range was, epoch ms; null where the score is the one now, or there is none. */
  readonly atMs: number | null;
}

/** A node's highest score in a range, and the step it was in. */
export interface Highest {
  readonly score: number | null;
  readonly atMs: number | null;
}

export interface FleetGroup {
  readonly cluster: string;
  readonly cells: readonly FleetCell[];
}

/**
 * Nodes grouped by cluster, both in the order of their names, so that a node keeps its place on the
 * map whatever its score does. `highest` overrides the score of live nodes.
 */
export function fleetGroups(
  nodes: readonly NodeRow[],
  highest: ReadonlyMap<string, Highest> | undefined,
): readonly FleetGroup[] {
  const groups = new Map<string, FleetCell[]>();
  for (const node of nodes) {
    const inRange = highest?.get(nodeId(node));
    const score = highest === undefined ? node.score : (inRange?.score ?? null);
    const state = cellStateOf({ state: node.state, score });
    const cell = { node, score, state, atMs: inRange?.atMs ?? null };
    const cells = groups.get(node.cluster);
    if (cells === undefined) groups.set(node.cluster, [cell]);
    else cells.push(cell);
  }
  return [...groups]
    .map(([cluster, cells]) => ({
      cluster,
      cells: cells.sort((a, b) => compareNames(a.node.node, b.node.node)),
    }))
    .sort((a, b) => compareNames(a.cluster, b.cluster));
}

/** `cluster/node`, the name of a cell in the URL. */
export function nodeId({ cluster, node }: { cluster: string; node: string }): string {
  return `${cluster}/${node}`;
}

/** Highest score of each node over all steps of the reply, by `nodeId`. */
export function highestOf(reply: ScoresReply): ReadonlyMap<string, Highest> {
  const highest = new Map<string, Highest>();
  const steps = reply.times.length;
  reply.entities.cluster.forEach((cluster, e) => {
    let best: Highest = { score: null, atMs: null };
    for (let i = 0; i < steps; i++) {
      const score = reply.score[e * steps + i] ?? null;
      if (score === null || score <= (best.score ?? -1)) continue;
      best = { score, atMs: reply.times[i] ?? null };
    }
    highest.set(nodeId({ cluster, node: reply.entities.node[e] ?? "" }), best);
  });
  return highest;
}

/** How many cells are in each state. */
export function stateCounts(groups: readonly FleetGroup[]): Readonly<Record<CellState, number>> {
  const counts = Object.fromEntries(CELL_STATES.map((state) => [state, 0])) as Record<
    CellState,
    number
  >;
  for (const { cells } of groups) for (const { state } of cells) counts[state]++;
  return counts;
}

/** The cells of the states shown (all where `show` is empty), worst first, then by name. */
export function rankedCells(
  groups: readonly FleetGroup[],
  show: readonly CellState[],
): readonly FleetCell[] {
  return groups
    .flatMap(({ cells }) => cells)
    .filter(({ state }) => show.length === 0 || show.includes(state))
    .sort((a, b) => rankScore(b) - rankScore(a) || compareNames(a.node.node, b.node.node));
}

/** A silent node stands before a quiet one, and after what is anomalous. */
function rankScore({ state, score }: FleetCell): number {
  if (state === "silent") return Math.max(0.45, score ?? 0);
  return score ?? -1;
}
