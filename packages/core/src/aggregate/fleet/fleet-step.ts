import type { EpochMs } from "../../model/time.ts";
import { claimedDays, scoreOfDays } from "../../stats/return-period.ts";
import type { EntityBank, LevelRow } from "./entity-bank.ts";
import type { FleetFinding } from "./fleet-finding.ts";
import type { FleetFold, FleetRow } from "./fleet-fold.ts";

/**
 * One level of one step as columns; index = number of the entity. Columns may be longer than `count`.
 * They are reused: copy what must outlive the visit.
 */
export interface LevelStep {
  readonly count: number;
  /** Calibrated p, evidence for the level above; NaN where no child had a value. */
  readonly p: Float64Array;
  /** The same after a second look at what became of the entity's promises; what its score says. */
  readonly promisedP: Float64Array;
  /** Closed form over the children, before the entity's own past: for order inside a page only. */
  readonly stageP: Float64Array;
  /** Score of `promisedP` at the step, its return period capped by ten times the entity's age; NaN like `p`. */
  readonly score: Float64Array;
  /** Children with a value. */
  readonly children: Int32Array;
  /** Children with a score of 0.5 or more. */
  readonly anomalous: Int32Array;
}

export interface TenantStep {
  readonly p: number;
  readonly promisedP: number;
  /** Fleet-corrected return period in days, capped by ten times the tenant's age. */
  readonly days: number;
  readonly score: number;
  /** Nodes with a value, and those of them with a score of 0.5 or more. */
  readonly nodes: number;
  readonly anomalousNodes: number;
}

/** What a step of a tenant's fleet came to. Valid during the visit only. */
export interface FleetStep {
  /** Number of the step on the grid: floor(time / stepMs). */
  readonly step: number;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** The step was reported before and late points made it new: rows written for it are replaced. */
  readonly again: boolean;
  readonly nodes: LevelStep;
  readonly clusters: LevelStep;
  readonly tenant: TenantStep;
  /** Findings opened, changed or closed: write them under their id, over what is there. */
  readonly changed: readonly FleetFinding[];
  /** Ids of findings that late points took away: delete them. */
  readonly retracted: readonly string[];
}

/** Makes the visitor's view of a row; score columns are its own and reused. */
export class FleetStepView {
  #nodeScore: Float64Array = new Float64Array(0);
  #clusterScore: Float64Array = new Float64Array(0);
  readonly #fold: FleetFold;

  constructor(fold: FleetFold) {
    this.#fold = fold;
  }

  of(
    row: FleetRow,
    again: boolean,
    changed: readonly FleetFinding[],
    retracted: readonly string[],
  ): FleetStep {
    const fold = this.#fold;
    const { nodes, clusters, tenant, stepMs } = fold;
    this.#nodeScore = sized(this.#nodeScore, nodes.count);
    this.#clusterScore = sized(this.#clusterScore, clusters.count);
    this.#scores(nodes, row.nodes, row.step, this.#nodeScore);
    this.#scores(clusters, row.clusters, row.step, this.#clusterScore);
    const days = claimedDays(row.tenant.promisedP[0]!, stepMs, fold.ageSteps(tenant, 0, row.step));
    return {
      step: row.step,
      startMs: row.step * stepMs,
      endMs: (row.step + 1) * stepMs,
      again,
      nodes: levelStep(row.nodes, nodes.count, this.#nodeScore),
      clusters: levelStep(row.clusters, clusters.count, this.#clusterScore),
      tenant: {
        p: row.tenant.p[0]!,
        promisedP: row.tenant.promisedP[0]!,
        days,
        score: scoreOfDays(days),
        nodes: row.tenant.children[0]!,
        anomalousNodes: row.tenant.anomalous[0]!,
      },
      changed,
      retracted,
    };
  }

  #scores(bank: EntityBank, { promisedP }: LevelRow, step: number, out: Float64Array): void {
    const { stepMs } = this.#fold;
    for (let e = 0; e < bank.count; e++) {
      out[e] = scoreOfDays(claimedDays(promisedP[e]!, stepMs, step - bank.firstSteps[e]! + 1));
    }
  }
}

function levelStep(row: LevelRow, count: number, score: Float64Array): LevelStep {
  const { p, promisedP, stageP, children, anomalous } = row;
  return { count, p, promisedP, stageP, score, children, anomalous };
}

function sized(column: Float64Array, count: number): Float64Array {
  return column.length >= count ? column : new Float64Array(Math.ceil(count * 1.5));
}
