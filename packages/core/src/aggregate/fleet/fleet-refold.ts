import type { FleetFold } from "./fleet-fold.ts";
import type { FleetHistory } from "./fleet-history.ts";
import type { FleetRow } from "./fleet-row.ts";

/** What late points have touched: entities and the step from which on each is folded again. */
export interface Touched {
  readonly nodes: readonly (readonly [node: number, fromStep: number])[];
  readonly clusters: readonly (readonly [cluster: number, fromStep: number])[];
  readonly first: number;
}

/** The entities that late points touch, beginning with the nodes: their clusters, and the tenant. */
export function touchedBy(
  fold: FleetFold,
  nodes: readonly (readonly [node: number, fromStep: number])[],
  processed: number,
): Touched {
  const clusters = new Map<number, number>();
  let first = processed;
  for (const [node, fromStep] of nodes) {
    const cluster = fold.directory.nodeCluster[node]!;
    clusters.set(cluster, Math.min(clusters.get(cluster) ?? fromStep, fromStep));
    first = Math.min(first, fromStep);
  }
  return { nodes, clusters: [...clusters].sort(([a], [b]) => a - b), first };
}

/**
 * Brings what is touched back to what it was before its first touched step. Yields the cells that were
 * folded on the way from a snapshot to there.
 */
export function* takeBack(
  fold: FleetFold,
  history: FleetHistory,
  { nodes, clusters, first }: Touched,
): Generator<number, void> {
  for (const [node, fromStep] of nodes) {
    let cells = 1;
    const from = fold.nodes.rewind(node, fromStep);
    const size = fold.sizeOf(node);
    const { readCells } = history.window;
    for (const row of between(history, from, fromStep)) {
      fold.nodes.snapshots.renew(node, row.step);
      fold.foldNode(row, history.points(row.step), node);
      cells += size;
    }
    yield cells + history.window.readCells - readCells;
  }
  for (const [cluster, fromStep] of clusters) {
    let cells = 1;
    const from = fold.clusters.rewind(cluster, fromStep);
    const size = 1 + (fold.membersOf(cluster).length >>> MEMBER_SHIFT);
    for (const row of between(history, from, fromStep)) {
      fold.clusters.snapshots.renew(cluster, row.step);
      fold.foldCluster(row, cluster);
      cells += size;
    }
    yield cells;
  }
  const from = fold.tenant.rewind(0, first);
  for (const row of between(history, from, first)) {
    fold.tenant.snapshots.renew(0, row.step);
    fold.foldTenant(row);
    yield 1 + (row.nodes.p.length >>> GLANCE_SHIFT);
  }
}

/** Entities of a step that are folded again, of two levels. */
export interface Again {
  readonly nodes: Int32Array;
  readonly clusters: Int32Array;
}

/** Folds a step again for what is touched. All of it is as it was before the step. Yields cells. */
export function* foldAgain(
  fold: FleetFold,
  history: FleetHistory,
  row: FleetRow,
  touched: Touched,
): Generator<number, Again> {
  const { step } = row;
  const { readCells } = history.window;
  const points = history.points(step);
  if (points !== undefined) fold.reserveRow(row);
  row.isChanged = true;
  fold.beginStep();
  const nodes = touchedIn(touched.nodes, step);
  let cells = history.window.readCells - readCells;
  for (const node of nodes) {
    fold.nodes.snapshots.renew(node, step);
    fold.foldNode(row, points, node);
    cells += 1 + fold.sizeOf(node);
    if (cells < CELLS_PER_YIELD) continue;
    yield cells;
    cells = 0;
  }
  const clusters = touchedIn(touched.clusters, step);
  for (const cluster of clusters) {
    fold.clusters.snapshots.renew(cluster, step);
    fold.foldCluster(row, cluster);
    cells += 1 + (fold.membersOf(cluster).length >>> MEMBER_SHIFT);
  }
  fold.tenant.snapshots.renew(0, step);
  fold.foldTenant(row);
  yield cells + 1 + (row.nodes.p.length >>> GLANCE_SHIFT);
  return { nodes, clusters };
}

/** Looking at a number costs this much less than folding a cell: 2 ns, not 50. */
const GLANCE_SHIFT = 5;
/** Gathering the p of a node for its cluster: 10 ns. */
const MEMBER_SHIFT = 2;
/** Cells after which work on a step can be set down. */
export const CELLS_PER_YIELD = 4096;

function touchedIn(all: readonly (readonly [number, number])[], step: number): Int32Array {
  const entities = new Int32Array(all.length);
  let count = 0;
  for (const [entity, fromStep] of all) if (fromStep <= step) entities[count++] = entity;
  return entities.subarray(0, count);
}

function between(history: FleetHistory, from: number, end: number): FleetRow[] {
  const rows: FleetRow[] = [];
  if (from < end) history.between(from, end, (row) => rows.push(row));
  return rows;
}
