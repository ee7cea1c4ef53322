import type { FleetNames } from "../aggregate/fleet/tenant-fleet.ts";
import type { SilenceDetector } from "../engine/absence/silence-detector.ts";
import { type DurationMs, MINUTE_MS } from "../model/time.ts";
import { Departures } from "./departures.ts";
import { HABIT_MS, LentDetectors } from "./lent-detectors.ts";
import { LEFT, NODE_MARK, type NodeColumns, NodeStates } from "./node-states.ts";
import { type ClusterThen, type Kinds, type Newcomer, Replacements } from "./replacements.ts";
import type { LiveStep, SilenceSteps } from "./silence-steps.ts";

/** A node is not called missing before another could have come in its place. Measured: D-105. */
const WAIT_MS = 15 * MINUTE_MS;
const WAIT_STEPS_MIN = 2;
/** A node that came up to so long before another left may have come in its place. Measured: D-105. */
const BEFORE_MS = 60 * MINUTE_MS;
/** Nodes after which the work can be set down. */
const NODES_PER_YIELD = 4096;

/**
 * Which nodes of a tenant have left, and whether anybody misses them. A node that sends nothing at all has
 * left when its silence is longer than its habits allow and than another node would take to come in its place.
 * Where one did, one for each, or where nodes leave by that hour on other days, it is not missed; else all
 * its series are. A function of the points: steps of the horizon are gone through again when late
 * points came, cluster by cluster.
 *
 * Cost: O(nodes) per step; 226 bytes per node, two bits per node and step of the horizon.
 */
export class NodeWatch {
  readonly states: NodeStates = new NodeStates();
  readonly departures: Departures;
  readonly #names: FleetNames;
  readonly #kinds: Kinds;
  readonly #detectors: LentDetectors;
  readonly #waitSteps: number;
  readonly #beforeSteps: number;
  readonly #habitSteps: number;
  readonly #series: number[][] = [];
  readonly #members: number[][] = [];
  /** Nodes of which late points came. */
  readonly #dirty = new Set<number>();

  /** @param firstSteps first step of each series with a point */
  constructor(stepMs: DurationMs, names: FleetNames, firstSteps: () => Float64Array) {
    this.#names = names;
    this.#detectors = new LentDetectors(stepMs);
    this.#waitSteps = Math.max(WAIT_STEPS_MIN, Math.ceil(WAIT_MS / stepMs));
    this.#beforeSteps = Math.max(WAIT_STEPS_MIN, Math.ceil(BEFORE_MS / stepMs));
    this.#habitSteps = HABIT_MS / stepMs;
    this.departures = new Departures(stepMs);
    const series = this.#series;
    this.#kinds = {
      names,
      seriesOf: (node) => series[node] ?? [],
      get firstSteps() {
        return firstSteps();
      },
    };
  }

  get bytes(): number {
    return this.states.bytes + this.departures.bytes;
  }

  get clusterCount(): number {
    return this.#members.length;
  }

  /** The node of a series that is new. */
  add(series: number): number {
    const node = this.#names.seriesNode[series]!;
    this.#rowOf(this.#series, node).push(series);
    for (let one = this.states.count; one <= node; one++) {
      this.#rowOf(this.#members, this.#names.nodeCluster[one]!).push(one);
    }
    this.states.reserve(node + 1);
    return node;
  }

  seriesOf(node: number): readonly number[] {
    return this.#kinds.seriesOf(node);
  }

  /** A late point may have changed what is known of the node. */
  late(node: number): void {
    this.#dirty.add(node);
  }

  /** Everything since the oldest step that may still change is gone through again. */
  allLate(): void {
    for (let node = 0; node < this.states.count; node++) this.#dirty.add(node);
  }

  /**
   * Takes up the late points; `touched` is told each node that is missing at other steps than before. Yields
   * the nodes and steps that were looked at.
   */
  *again(steps: SilenceSteps, touched: (node: number) => void): Generator<number, void> {
    const clusters = new Set<number>();
    let looks = 0;
    for (const node of this.#dirty) {
      const cluster = this.#names.nodeCluster[node]!;
      if (clusters.has(cluster)) continue;
      looks += steps.past.length;
      const alone = !this.departures.anyRecent(cluster) && this.#alone(node, steps, touched);
      if (!alone) clusters.add(cluster);
      if (looks < NODES_PER_YIELD) continue;
      yield looks;
      looks = 0;
    }
    this.#dirty.clear();
    yield looks;
    for (const cluster of clusters) yield* this.#clusterAgain(cluster, steps, touched);
  }

  /** Looks at the next step. Yields nodes. */
  *look(live: number, step: LiveStep): Generator<number, void> {
    const due = yield* this.#allIn(this.states.heads, live, step);
    for (const [cluster, nodes] of due) this.#decide(cluster, nodes, live, step, false);
    const { marks } = this.states.heads;
    for (let node = 0; node < this.states.count; node++) {
      if ((marks[node]! & NODE_MARK.missed) !== 0) step.missing.set(node);
    }
  }

  /** A step has left the horizon: no point can change it any more. Yields nodes. */
  *forget(live: number, step: LiveStep): Generator<number, void> {
    const due = yield* this.#allIn(this.states.bases, live, step);
    for (const [cluster, nodes] of due) this.#decide(cluster, nodes, live, step, true);
    this.departures.drop(step.step);
    this.states.changed.fill(1);
  }

  *#allIn(
    columns: NodeColumns,
    live: number,
    step: LiveStep,
  ): Generator<number, Map<number, number[]>> {
    const due = new Map<number, number[]>();
    const { count } = this.states;
    for (let node = 0; node < count; node++) {
      if (this.#see(columns, node, live, step)) {
        const cluster = this.#names.nodeCluster[node]!;
        const known = due.get(cluster);
        if (known === undefined) due.set(cluster, [node]);
        else known.push(node);
      }
      if ((node + 1) % NODES_PER_YIELD === 0) yield NODES_PER_YIELD;
    }
    yield count % NODES_PER_YIELD;
    return due;
  }

  /** One node at one step. True where it is due: it has been silent for too long, and nothing is decided. */
  #see(columns: NodeColumns, node: number, live: number, { nodes }: LiveStep): boolean {
    const { came, marks } = columns;
    const mark = marks[node]!;
    if (nodes.has(node)) {
      if (came[node] === 0 || (mark & LEFT) !== 0) {
        came[node] = live;
        marks[node] = 0;
      }
      this.#detector(columns, node).seen(live);
      return false;
    }
    if (came[node] === 0 || (mark & LEFT) !== 0) return false;
    const detector = this.#detector(columns, node);
    return live - detector.lastSeenStep > this.#waitSteps && detector.isOverdue(live);
  }

  /** Who of a cluster was replaced, who leaves at that hour anyway, and who is missed. */
  #decide(cluster: number, due: number[], live: number, step: LiveStep, settled: boolean): void {
    const columns = settled ? this.states.bases : this.states.heads;
    const { came, marks } = columns;
    const { departures } = this;
    const found = new Replacements(this.#kinds, this.#clusterAt(cluster, live, step, columns), {
      before: this.#beforeSteps,
      after: this.#waitSteps,
    });
    const leavers = due.map((node) => {
      const detector = this.#detector(columns, node);
      const last = detector.lastSeenStep;
      const isYoung = last - detector.firstSeenStep < this.#habitSteps;
      return { node, last, came: came[node]!, isYoung };
    });
    const pairs = found.inOrder(leavers).map((leaver) => ({ leaver, other: found.take(leaver) }));
    const taken = new Set(pairs.map(({ other }) => other));
    const isTaken = (node: number) => taken.has(node) || (marks[node]! & NODE_MARK.used) !== 0;
    const decided = pairs.map(({ leaver, other = -1 }) => {
      const newcomer = { node: other, came: came[other] ?? 0 };
      const isOne = other >= 0 && found.isRelease(leaver, newcomer, live, isTaken);
      return { node: leaver.node, other, isReplaced: isOne };
    });
    for (const { node, other, isReplaced } of decided) {
      const departure = { step: step.step, isUnreplaced: isReplaced === false };
      if (isReplaced !== undefined) {
        const isExcused = isReplaced || departures.isHabit(cluster, step.step, !settled);
        marks[node]! |= isExcused ? NODE_MARK.excused : NODE_MARK.missed;
        if (isReplaced) marks[other]! |= NODE_MARK.used;
      }
      // Also what is not decided yet: late points may decide it.
      if (!settled) departures.note(cluster, departure);
      else if (isReplaced !== undefined) departures.settle(cluster, departure);
    }
  }

  #clusterAt(cluster: number, live: number, { step }: LiveStep, columns: NodeColumns): ClusterThen {
    const { came, marks } = columns;
    const living: Newcomer[] = [];
    const silent: number[] = [];
    for (const node of this.#members[cluster] ?? []) {
      if (came[node] === 0 || (marks[node]! & LEFT) !== 0) continue;
      const gap = live - this.#detector(columns, node).lastSeenStep;
      if (gap > 0) silent.push(node);
      if (gap <= this.#waitSteps) living.push({ node, came: came[node]! });
    }
    const newcomers = living.filter(({ node }) => (marks[node]! & NODE_MARK.used) === 0);
    return { step, newcomers, living, silent };
  }

  /** One node from the oldest changeable step on. False where it leaves on the way: that concerns others. */
  #alone(node: number, { past, baseLive }: SilenceSteps, touched: (node: number) => void): boolean {
    const { heads, bases } = this.states;
    heads.copyFrom(bases, node);
    for (let i = 0; i < past.length; i++) {
      if (this.#see(heads, node, baseLive + i + 1, past[i]!)) return false;
      this.#noteMissing(node, past[i]!, touched);
    }
    return true;
  }

  /** All nodes of a cluster from the oldest changeable step on. */
  *#clusterAgain(
    cluster: number,
    { past, baseLive }: SilenceSteps,
    touched: (node: number) => void,
  ): Generator<number, void> {
    const { heads, bases } = this.states;
    const members = this.#members[cluster] ?? [];
    this.departures.forgetRecent(cluster);
    for (const node of members) heads.copyFrom(bases, node);
    let looks = members.length;
    for (let i = 0; i < past.length; i++) {
      const step = past[i]!;
      const live = baseLive + i + 1;
      const due = members.filter((node) => this.#see(heads, node, live, step));
      if (due.length > 0) this.#decide(cluster, due, live, step, false);
      for (const node of members) this.#noteMissing(node, step, touched);
      looks += members.length;
      if (looks < NODES_PER_YIELD) continue;
      yield looks;
      looks = 0;
    }
    yield looks;
  }

  #noteMissing(node: number, { missing }: LiveStep, touched: (node: number) => void): void {
    const isMissing = (this.states.heads.marks[node]! & NODE_MARK.missed) !== 0;
    if (missing.has(node) === isMissing) return;
    if (isMissing) missing.set(node);
    else missing.clear(node);
    touched(node);
  }

  #detector({ detectors }: NodeColumns, node: number): SilenceDetector {
    return this.#detectors.lend(1, detectors, node);
  }

  #rowOf(rows: number[][], at: number): number[] {
    while (rows.length <= at) rows.push([]);
    return rows[at]!;
  }
}
