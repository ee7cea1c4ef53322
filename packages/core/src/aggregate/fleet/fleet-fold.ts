import { startOf } from "../../model/point-runs.ts";
import { DAY_MS } from "../../model/time.ts";
import { CLUSTER_LAW, NODE_LAW, secondLook, TENANT_LAW } from "../../stats/incident-tail.ts";
import { type EntityStates, entityStates, INCIDENT_AT, resetEntity } from "../entity-state.ts";
import { joinLevels, smallestOfLevel } from "../level-join.ts";
import { coldStepsOf, OwnTail } from "../own-tail.ts";
import { autoOf, ChildGatherer, learnAuto } from "../stage-a.ts";
import { EntityBank } from "./entity-bank.ts";
import { FleetDirectory } from "./fleet-directory.ts";
import type { FleetRow, FleetWithout, RowsByStep } from "./fleet-row.ts";
import { LevelRow } from "./level-row.ts";
import { Said } from "./said.ts";
import type { StepPoints } from "./step-points.ts";

/** An entity may claim ten times its age, so "once a day" (score 0.5) needs a tenth of a day. */
const ANOMALOUS_AGE_DAYS = 0.1;

/** One step of a tenant: metric p -> nodes -> clusters -> tenant. Every entity judges, then learns. */
export class FleetFold {
  readonly directory = new FleetDirectory();
  readonly nodes: EntityBank;
  readonly clusters: EntityBank;
  readonly tenant: EntityBank;
  readonly stepMs: number;
  /** p at or below it scores 0.5 or more. */
  readonly #anomalousP: number;
  readonly #anomalousAgeSteps: number;
  readonly saidOfNodes = new Said();
  readonly saidOfClusters = new Said();
  readonly #gatherer = new ChildGatherer();
  readonly #scratch = entityStates(1);
  readonly #scratchTail = new OwnTail();
  /** One cluster as it was before some step. */
  readonly #past: EntityBank;
  readonly #pastRow = new LevelRow();

  /** @param snapshotEvery steps from one snapshot of an entity to the next */
  constructor(stepMs: number, snapshotEvery: number) {
    this.stepMs = stepMs;
    this.#anomalousP = stepMs / DAY_MS;
    this.#anomalousAgeSteps = (ANOMALOUS_AGE_DAYS * DAY_MS) / stepMs;
    const coldSteps = coldStepsOf(stepMs);
    this.nodes = new EntityBank(coldSteps, NODE_LAW, snapshotEvery);
    this.clusters = new EntityBank(coldSteps, CLUSTER_LAW, snapshotEvery);
    this.tenant = new EntityBank(coldSteps, TENANT_LAW, snapshotEvery);
    this.#past = new EntityBank(coldSteps, CLUSTER_LAW, snapshotEvery);
    this.#past.reserve(1);
    this.#pastRow.reserve(1);
  }

  get bytes(): number {
    return this.nodes.bytes + this.clusters.bytes + this.tenant.bytes;
  }

  /** Makes room for what has been registered. */
  reserve(): void {
    this.nodes.reserve(this.directory.nodeIds.length);
    this.clusters.reserve(this.directory.clusterIds.length);
    this.tenant.reserve(1);
  }

  /** Makes room in a row that something is folded into. */
  reserveRow(row: FleetRow): void {
    row.nodes.reserve(this.directory.nodeIds.length);
    row.clusters.reserve(this.directory.clusterIds.length);
    row.tenant.reserve(1);
  }

  /** Before a step: what is said in its visit is of this step only. */
  beginStep(): void {
    this.saidOfNodes.begin(this.nodes.count);
    this.saidOfClusters.begin(this.clusters.count);
  }

  /** Before a step that nothing was folded of yet: snapshots, where it is their turn. */
  takeSnapshots(step: number): void {
    for (const bank of [this.nodes, this.clusters, this.tenant]) bank.snapshots.take(step);
  }

  /** The row has room where there are points. Cost: the node's series. */
  foldNode(row: FleetRow, points: StepPoints | undefined, node: number): void {
    row.nodes.clear(node);
    if (points === undefined) return;
    const { children, childEnds } = this.directory.layout();
    const gatherer = this.#gatherer;
    const anomalousP = this.#anomalousP;
    const end = childEnds[node]!;
    let anomalous = 0;
    gatherer.start();
    for (let i = startOf(childEnds, node); i < end; i++) {
      const p = points.of(children[i]!);
      gatherer.add(p);
      if (p <= anomalousP) anomalous++;
    }
    if (gatherer.count === 0) return;
    const said = this.saidOfNodes;
    said.anomalous[node] = anomalous;
    said.stageP[node] = this.#learn(this.nodes, row.nodes, node, row.step, node);
    said.children[node] = gatherer.count;
  }

  /** The same for a cluster. Cost: its nodes. */
  foldCluster(row: FleetRow, cluster: number): void {
    row.clusters.clear(cluster);
    if (row.nodes.p.length === 0) return;
    const anomalous = this.#gatherMembers(row, cluster);
    if (this.#gatherer.count === 0) return;
    const said = this.saidOfClusters;
    said.anomalous[cluster] = anomalous;
    said.stageP[cluster] = this.#learn(this.clusters, row.clusters, cluster, row.step, cluster);
    said.children[cluster] = this.#gatherer.count;
    row.clusters.children[cluster] = this.#gatherer.count;
    row.clusters.anomalous[cluster] = anomalous;
  }

  foldTenant({ step, nodes, clusters, tenant: row }: FleetRow): void {
    row.clear(0);
    const byNode = smallestOfLevel(nodes.p, 0, nodes.p.length);
    const stageP = joinLevels(byNode, smallestOfLevel(clusters.p, 0, clusters.p.length));
    if (Number.isNaN(stageP)) return;
    this.tenant.begin(0, step, 1);
    row.children[0] = sumOf(clusters.children);
    row.anomalous[0] = sumOf(clusters.anomalous);
    this.tenant.learn(row, 0, stageP);
  }

  /**
   * What a cluster was before a step, as entity 0 of `into`; false if it was not yet. `rows` are folded and
   * hold all steps from its snapshot on. Cost: its nodes, for each step since the snapshot.
   */
  clusterBefore(rows: RowsByStep, step: number, cluster: number, into: EntityStates): boolean {
    const past = this.#past;
    const copy = this.clusters.snapshots.upTo(cluster, step);
    this.clusters.snapshots.put(copy, cluster, past, 0);
    past.forget(0);
    rows.between(copy?.step ?? Number.NEGATIVE_INFINITY, step, (row) => {
      if (row.nodes.p.length === 0) return;
      this.#gatherMembers(row, cluster);
      if (this.#gatherer.count > 0) this.#learn(past, this.#pastRow, 0, row.step, 0);
    });
    return past.before(step, 0, into);
  }

  /** How many steps an entity has been watched when `step` is over; 0 before its first. */
  ageSteps(bank: EntityBank, e: number, step: number): number {
    const first = bank.firstSteps[e]!;
    return first < 0 ? 0 : step - first + 1;
  }

  /**
   * A step with some nodes and clusters taken out: their clusters and the tenant are asked again with what
   * they knew before it, and learn nothing. The tenant has learnt this step last. `clusterBefore` copies
   * what a cluster was before the step. O(nodes); copies its columns.
   */
  without(
    row: FleetRow,
    nodesOut: ReadonlySet<number>,
    clustersOut: ReadonlySet<number>,
    clusterBefore: (cluster: number, into: EntityStates) => boolean,
  ): FleetWithout {
    const { directory } = this;
    const nodeP = column(row.nodes.p, this.nodes.count);
    const clusterP = column(row.clusters.p, this.clusters.count);
    const touched = new Set<number>();
    for (const node of nodesOut) {
      nodeP[node] = Number.NaN;
      touched.add(directory.nodeCluster[node]!);
    }
    for (const cluster of touched) {
      clusterP[cluster] = this.#clusterAgain(cluster, nodeP, clusterBefore);
    }
    for (const cluster of clustersOut) {
      clusterP[cluster] = Number.NaN;
      for (const node of this.membersOf(cluster)) nodeP[node] = Number.NaN;
    }
    const byNode = smallestOfLevel(nodeP, 0, nodeP.length);
    const stageP = joinLevels(byNode, smallestOfLevel(clusterP, 0, clusterP.length));
    return { nodeP, clusterP, tenantP: this.#tenantAgain(row.step, stageP) };
  }

  /** Number of a node's series. */
  sizeOf(node: number): number {
    const { childEnds } = this.directory.layout();
    return childEnds[node]! - startOf(childEnds, node);
  }

  membersOf(cluster: number): Int32Array {
    const { members, memberEnds } = this.directory.layout();
    return members.subarray(startOf(memberEnds, cluster), memberEnds[cluster]!);
  }

  childrenOf(node: number): Int32Array {
    const { children, childEnds } = this.directory.layout();
    return children.subarray(startOf(childEnds, node), childEnds[node]!);
  }

  /** Gathers the p of a cluster's nodes. @returns how many of them are anomalous. */
  #gatherMembers({ step, nodes }: FleetRow, cluster: number): number {
    const { members, memberEnds } = this.directory.layout();
    const gatherer = this.#gatherer;
    const end = memberEnds[cluster]!;
    const known = nodes.p.length;
    let anomalous = 0;
    gatherer.start();
    for (let i = startOf(memberEnds, cluster); i < end; i++) {
      const node = members[i]!;
      if (node >= known) continue;
      gatherer.add(nodes.p[node]!);
      if (nodes.promisedP[node]! <= this.#anomalousP && this.#oldEnough(node, step)) anomalous++;
    }
    return anomalous;
  }

  /** The entity learns what was gathered; the row notes it as entity `at`. @returns its stage A p. */
  #learn(bank: EntityBank, row: LevelRow, e: number, step: number, at: number): number {
    const children = this.#gatherer.finish();
    bank.begin(e, step, children.count);
    const stageP = learnAuto(bank.states, e, children);
    bank.learn(row, e, stageP, at);
    return stageP;
  }

  #oldEnough(node: number, step: number): boolean {
    return step - this.nodes.firstSteps[node]! + 1 >= this.#anomalousAgeSteps;
  }

  #clusterAgain(
    cluster: number,
    nodeP: Float64Array,
    clusterBefore: (cluster: number, into: EntityStates) => boolean,
  ): number {
    // First what it was, which uses the gatherer too.
    const isKnown = clusterBefore(cluster, this.#scratch);
    this.#gatherer.start();
    for (const node of this.membersOf(cluster)) this.#gatherer.add(nodeP[node]!);
    const children = this.#gatherer.finish();
    if (children.count === 0) return Number.NaN;
    if (!isKnown) resetEntity(this.#scratch, 0, children.count);
    return this.#scratchTail.ask(this.#scratch, 0, autoOf(this.#scratch, 0, children));
  }

  #tenantAgain(step: number, stageP: number): number {
    if (Number.isNaN(stageP)) return Number.NaN;
    if (!this.tenant.before(step, 0, this.#scratch)) resetEntity(this.#scratch, 0, 1);
    const p = this.#scratchTail.ask(this.#scratch, 0, stageP);
    return secondLook(p, this.#scratch.scalars, INCIDENT_AT, TENANT_LAW);
  }
}

function sumOf(counts: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}

/** A copy of exactly `count` numbers; NaN where the row knows none. */
function column(from: Float64Array, count: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(count).fill(Number.NaN);
  to.set(from.subarray(0, count));
  return to;
}
