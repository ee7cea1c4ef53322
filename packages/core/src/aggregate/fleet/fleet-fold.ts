import { startOf } from "../../model/point-runs.ts";
import { DAY_MS } from "../../model/time.ts";
import { CLUSTER_LAW, NODE_LAW, secondLook, TENANT_LAW } from "../../stats/incident-tail.ts";
import { entityStates, INCIDENT_AT, resetEntity } from "../entity-state.ts";
import { joinLevels, smallestOfLevel } from "../level-join.ts";
import { coldStepsOf, OwnTail } from "../own-tail.ts";
import { autoOf, ChildGatherer, learnAuto } from "../stage-a.ts";
import { EntityBank, LevelRow } from "./entity-bank.ts";
import { FleetDirectory } from "./fleet-directory.ts";
import type { FindingsMemory } from "./fleet-finding.ts";
import type { StepPoints } from "./step-points.ts";

/** An entity may claim ten times its age, so "once a day" (score 0.5) needs a tenth of a day. */
const ANOMALOUS_AGE_DAYS = 0.1;

/** All levels of one step. */
export interface FleetRow {
  step: number;
  readonly nodes: LevelRow;
  readonly clusters: LevelRow;
  readonly tenant: LevelRow;
  /** Findings as they stood before this step. */
  before: FindingsMemory;
  /** Ids of the findings that this step opened. */
  opened: readonly string[];
}

export function fleetRow(step: number, before: FindingsMemory): FleetRow {
  return {
    step,
    nodes: new LevelRow(),
    clusters: new LevelRow(),
    tenant: new LevelRow(),
    before,
    opened: [],
  };
}

/** A step as it looks when some entities are taken out. */
export interface FleetWithout {
  readonly nodeP: Float64Array;
  readonly clusterP: Float64Array;
  /** After the second look. */
  readonly tenantP: number;
}

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
  readonly #gatherer = new ChildGatherer();
  readonly #scratch = entityStates(1);
  readonly #scratchTail = new OwnTail();

  constructor(stepMs: number) {
    this.stepMs = stepMs;
    this.#anomalousP = stepMs / DAY_MS;
    this.#anomalousAgeSteps = (ANOMALOUS_AGE_DAYS * DAY_MS) / stepMs;
    const coldSteps = coldStepsOf(stepMs);
    this.nodes = new EntityBank(coldSteps, NODE_LAW);
    this.clusters = new EntityBank(coldSteps, CLUSTER_LAW);
    this.tenant = new EntityBank(coldSteps, TENANT_LAW);
  }

  /** Makes room for what has been registered. */
  reserve(row: FleetRow): void {
    const nodeCount = this.directory.nodeIds.length;
    const clusterCount = this.directory.clusterIds.length;
    this.nodes.reserve(nodeCount);
    this.clusters.reserve(clusterCount);
    this.tenant.reserve(1);
    row.nodes.reserve(nodeCount);
    row.clusters.reserve(clusterCount);
    row.tenant.reserve(1);
  }

  foldNode({ step, nodes: row }: FleetRow, points: StepPoints | undefined, node: number): void {
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
    this.#learnEntity(this.nodes, row, node, step, anomalous);
  }

  foldCluster({ step, nodes, clusters: row }: FleetRow, cluster: number): void {
    const { members, memberEnds } = this.directory.layout();
    const gatherer = this.#gatherer;
    const end = memberEnds[cluster]!;
    let anomalous = 0;
    gatherer.start();
    for (let i = startOf(memberEnds, cluster); i < end; i++) {
      const node = members[i]!;
      const p = nodes.p[node]!;
      gatherer.add(p);
      if (nodes.promisedP[node]! <= this.#anomalousP && this.#oldEnough(node, step)) anomalous++;
    }
    if (gatherer.count === 0) return;
    this.#learnEntity(this.clusters, row, cluster, step, anomalous);
  }

  foldTenant({ step, nodes, clusters, tenant: row }: FleetRow): void {
    const byNode = smallestOfLevel(nodes.p, 0, this.nodes.count);
    const stageP = joinLevels(byNode, smallestOfLevel(clusters.p, 0, this.clusters.count));
    if (Number.isNaN(stageP)) return;
    this.tenant.begin(row, 0, step, 1);
    row.children[0] = sumOf(clusters.children, this.clusters.count);
    row.anomalous[0] = sumOf(clusters.anomalous, this.clusters.count);
    this.tenant.learn(row, 0, stageP);
  }

  /** How many steps an entity has been watched when `step` is over; 0 before its first. */
  ageSteps(bank: EntityBank, e: number, step: number): number {
    const first = bank.firstSteps[e]!;
    return first < 0 ? 0 : step - first + 1;
  }

  /**
   * The step `rows[0]` with some nodes and clusters taken out: their clusters and the tenant are asked
   * again with what they knew before it, and learn nothing. `rows` are all steps folded from then on.
   * O(nodes); copies its columns.
   */
  without(
    rows: readonly FleetRow[],
    nodesOut: ReadonlySet<number>,
    clustersOut: ReadonlySet<number>,
  ): FleetWithout {
    const { directory } = this;
    const row = rows[0]!;
    const nodeP = row.nodes.p.slice(0, this.nodes.count);
    const clusterP = row.clusters.p.slice(0, this.clusters.count);
    const touched = new Set<number>();
    for (const node of nodesOut) {
      nodeP[node] = Number.NaN;
      touched.add(directory.nodeCluster[node]!);
    }
    for (const cluster of touched) clusterP[cluster] = this.#clusterAgain(rows, cluster, nodeP);
    for (const cluster of clustersOut) {
      clusterP[cluster] = Number.NaN;
      for (const node of this.membersOf(cluster)) nodeP[node] = Number.NaN;
    }
    const byNode = smallestOfLevel(nodeP, 0, nodeP.length);
    const stageP = joinLevels(byNode, smallestOfLevel(clusterP, 0, clusterP.length));
    return { nodeP, clusterP, tenantP: this.#tenantAgain(rows, stageP) };
  }

  membersOf(cluster: number): Int32Array {
    const { members, memberEnds } = this.directory.layout();
    return members.subarray(startOf(memberEnds, cluster), memberEnds[cluster]!);
  }

  childrenOf(node: number): Int32Array {
    const { children, childEnds } = this.directory.layout();
    return children.subarray(startOf(childEnds, node), childEnds[node]!);
  }

  #learnEntity(bank: EntityBank, row: LevelRow, e: number, step: number, anomalous: number): void {
    const children = this.#gatherer.finish();
    bank.begin(row, e, step, children.count);
    row.children[e] = children.count;
    row.anomalous[e] = anomalous;
    bank.learn(row, e, learnAuto(bank.states, e, children));
  }

  #oldEnough(node: number, step: number): boolean {
    return step - this.nodes.firstSteps[node]! + 1 >= this.#anomalousAgeSteps;
  }

  #clusterAgain(rows: readonly FleetRow[], cluster: number, nodeP: Float64Array): number {
    this.#gatherer.start();
    for (const node of this.membersOf(cluster)) this.#gatherer.add(nodeP[node]!);
    const children = this.#gatherer.finish();
    if (children.count === 0) return Number.NaN;
    const levels = rows.map(({ clusters }) => clusters);
    if (!this.clusters.before(levels, cluster, this.#scratch)) {
      resetEntity(this.#scratch, 0, children.count);
    }
    return this.#scratchTail.ask(this.#scratch, 0, autoOf(this.#scratch, 0, children));
  }

  #tenantAgain(rows: readonly FleetRow[], stageP: number): number {
    if (Number.isNaN(stageP)) return Number.NaN;
    const levels = rows.map(({ tenant }) => tenant);
    if (!this.tenant.before(levels, 0, this.#scratch)) resetEntity(this.#scratch, 0, 1);
    const p = this.#scratchTail.ask(this.#scratch, 0, stageP);
    return secondLook(p, this.#scratch.scalars, INCIDENT_AT, TENANT_LAW);
  }
}

function sumOf(column: Int32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += column[i]!;
  return sum;
}
