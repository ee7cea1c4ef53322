import type { FleetNames } from "../aggregate/fleet/tenant-fleet.ts";

/** Newcomers that are looked at for one that left, at most: with other metrics they are of another kind. */
const TRIES_MAX = 64;

/** A node that left, with the live steps in which it was seen last and in which it came to be. */
export interface Leaver {
  readonly node: number;
  readonly last: number;
  readonly came: number;
  /** It was there for so short that nobody would miss it. */
  readonly isYoung: boolean;
}

export interface Newcomer {
  readonly node: number;
  readonly came: number;
}

/** A cluster at a step: who could take a place, and who may need one. */
export interface ClusterThen {
  readonly step: number;
  /** Newcomers that are free. */
  readonly newcomers: readonly Newcomer[];
  /** Nodes that send something, the newcomers included. */
  readonly living: readonly Newcomer[];
  /** Nodes that are silent, those to be decided included. */
  readonly silent: readonly number[];
}

/** How far apart, in live steps, a newcomer and the one that left may be; those within `after` came together. */
export interface Reach {
  readonly before: number;
  readonly after: number;
}

/** Who belongs to whom, and since when a series is known. */
export interface Kinds {
  readonly names: FleetNames;
  /** Series of a node. */
  seriesOf(node: number): readonly number[];
  /** First step in which a series had a point, by its number. */
  readonly firstSteps: Float64Array;
}

/**
 * Finds for each node that left one that came in its place: of the same kind (half of the metrics of the
 * smaller one are shared), younger than it, and come to be within reach of when it was seen last. One newcomer
 * for one that left. Of several it is one whose name begins with the same word. A newcomer of another name
 * may belong to its own like: it is taken only where those of that name that are silent leave one over, and
 * where it came before the other left or none of its name is older (a release that begins with newcomers).
 * Orders follow steps and names, so that numbers do not matter.
 */
export class Replacements {
  readonly #kinds: Kinds;
  readonly #step: number;
  readonly #reach: Reach;
  /** Newcomers that are free, by the first word of their name. */
  readonly #free = new Map<string, Newcomer[]>();
  /** Nodes that are silent and not decided, by the first word of their name. */
  readonly #silent = new Map<string, number>();
  /** When the oldest that lives came, by the first word of their name. */
  readonly #oldest = new Map<string, number>();
  /** Those that live, by the first word of their name. */
  readonly #living = new Map<string, Newcomer[]>();

  constructor(kinds: Kinds, { step, newcomers, living, silent }: ClusterThen, reach: Reach) {
    this.#kinds = kinds;
    this.#step = step;
    this.#reach = reach;
    const { nodeIds } = kinds.names;
    const inOrder = newcomers.toSorted(
      (a, b) => a.came - b.came || (nodeIds[a.node]! < nodeIds[b.node]! ? -1 : 1),
    );
    for (const one of inOrder) {
      const word = this.#wordOf(one.node);
      const known = this.#free.get(word);
      if (known === undefined) this.#free.set(word, [one]);
      else known.push(one);
    }
    for (const one of living) {
      const { node, came } = one;
      const word = this.#wordOf(node);
      const known = this.#living.get(word);
      if (known === undefined) this.#living.set(word, [one]);
      else known.push(one);
      this.#oldest.set(word, Math.min(came, this.#oldest.get(word) ?? came));
    }
    for (const node of silent) {
      const word = this.#wordOf(node);
      this.#silent.set(word, (this.#silent.get(word) ?? 0) + 1);
    }
  }

  /** In the order in which newcomers are given out: who would be missed comes first. */
  inOrder(leavers: readonly Leaver[]): Leaver[] {
    const { nodeIds } = this.#kinds.names;
    return leavers.toSorted(
      (a, b) =>
        Number(a.isYoung) - Number(b.isYoung) ||
        a.last - b.last ||
        (nodeIds[a.node]! < nodeIds[b.node]! ? -1 : 1),
    );
  }

  /** The node in place of one that left, which is free no more; undefined without any. */
  take(leaver: Leaver): number | undefined {
    const word = this.#wordOf(leaver.node);
    this.#silent.set(word, (this.#silent.get(word) ?? 1) - 1);
    const own = this.#takeOf(word, leaver, Number.POSITIVE_INFINITY);
    if (own !== undefined) return own;
    for (const [other, free] of [...this.#free].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const spare = free.length - (this.#silent.get(other) ?? 0);
      if (other === word || spare <= 0) continue;
      const firstOfName = this.#oldest.get(other)! + this.#reach.after;
      const found = this.#takeOf(other, leaver, Math.max(leaver.last, firstOfName));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * What a newcomer came for that was there for long before another left: in most cases of those that came with
   * it, it was in place of one that left. A fleet that only grew is no reason to miss nobody.
   *
   * @param isTaken whether a newcomer is in the place of one that left
   * @returns whether it was a release; undefined while others may still leave
   */
  isRelease(
    leaver: Leaver,
    newcomer: Newcomer,
    live: number,
    isTaken: (node: number) => boolean,
  ): boolean | undefined {
    const { before, after } = this.#reach;
    if (newcomer.came >= leaver.last - after) return true;
    const together = (this.#living.get(this.#wordOf(newcomer.node)) ?? []).filter(
      ({ came }) => Math.abs(came - newcomer.came) <= after,
    );
    const taken = together.filter(({ node }) => isTaken(node)).length;
    if (2 * taken > together.length) return true;
    return live - newcomer.came > before + after ? false : undefined;
  }

  #takeOf(word: string, leaver: Leaver, latest: number): number | undefined {
    const free = this.#free.get(word);
    if (free === undefined) return undefined;
    const metrics = this.#metricsOf(leaver.node);
    const earliest = Math.max(leaver.last - this.#reach.before, leaver.came + 1);
    const first = free.findIndex(({ came }) => came >= earliest);
    if (first < 0) return undefined;
    for (let i = first; i < Math.min(free.length, first + TRIES_MAX); i++) {
      const { node, came } = free[i]!;
      if (came > latest) return undefined;
      if (!this.#isLike(metrics, node)) continue;
      free.splice(i, 1);
      return node;
    }
    return undefined;
  }

  #wordOf(node: number): string {
    return firstWord(this.#kinds.names.nodeIds[node]!);
  }

  #metricsOf(node: number): Set<string> {
    const { names, firstSteps } = this.#kinds;
    const known = this.#kinds.seriesOf(node).filter((series) => firstSteps[series]! <= this.#step);
    return new Set(known.map((series) => names.metricNames[series]!));
  }

  #isLike(metrics: ReadonlySet<string>, node: number): boolean {
    const own = this.#metricsOf(node);
    let shared = 0;
    for (const name of own) if (metrics.has(name)) shared++;
    return shared > 0 && 2 * shared >= Math.min(metrics.size, own.size);
  }
}

/** The letters that a name begins with: what nodes of one purpose mostly share. */
function firstWord(nodeId: string): string {
  return /^[A-Za-z]*/.exec(nodeId)![0].toLowerCase();
}
