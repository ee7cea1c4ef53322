/** A child is involved from here on: about one healthy child in fifty is by chance. */
export const INVOLVED_P = 0.02;
/** A move is common when a third of the children, and at least three, are involved. */
const INVOLVED_SHARE = 1 / 3;
const INVOLVED_MIN = 3;

/** Whether `involved` of `present` children at once mean that the parent moved as a whole. */
export function movesAsOne(involved: number, present: number): boolean {
  return involved >= Math.max(INVOLVED_MIN, INVOLVED_SHARE * present);
}

/** What clusters are compared by; Infinity where no node has a value. */
export function clusterRank(clusterP: number, p: Float64Array, start: number, end: number): number {
  const smallest = smallestIndex(p, start, end);
  if (smallest < 0) return Number.POSITIVE_INFINITY;
  const byNode = p[smallest]! * countPresent(p, start, end);
  return Number.isNaN(clusterP) ? byNode : Math.min(clusterP, byNode);
}

/** -1 = the cluster as a whole, else the index (from `start`) of its smallest node. */
export function placeInside(p: Float64Array, start: number, end: number): number {
  let involved = 0;
  for (let i = start; i < end; i++) {
    if (p[i]! <= INVOLVED_P) involved++;
  }
  const smallest = smallestIndex(p, start, end);
  const common = movesAsOne(involved, countPresent(p, start, end));
  return common || smallest < 0 ? -1 : smallest - start;
}

function countPresent(p: Float64Array, start: number, end: number): number {
  let present = 0;
  for (let i = start; i < end; i++) {
    if (!Number.isNaN(p[i]!)) present++;
  }
  return present;
}

function smallestIndex(p: Float64Array, start: number, end: number): number {
  let smallest = -1;
  for (let i = start; i < end; i++) {
    const value = p[i]!;
    if (!Number.isNaN(value) && (smallest < 0 || value < p[smallest]!)) smallest = i;
  }
  return smallest;
}
