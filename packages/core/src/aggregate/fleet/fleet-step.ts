import type { EpochMs } from "../../model/time.ts";
import { claimedDays, scoreOfClaim } from "../../stats/return-period.ts";
import type { EntityBank } from "./entity-bank.ts";
import type { FleetFinding } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { Again } from "./fleet-refold.ts";
import type { FleetRow } from "./fleet-row.ts";
import type { LevelRow } from "./level-row.ts";
import type { Said } from "./said.ts";

/**
 * One level of one step as columns; index = number of the entity. Columns may be longer than `count`, `p`
 * and `promisedP` shorter where entities joined later. They are reused: copy what must outlive the visit.
 */
export interface LevelStep {
  readonly count: number;
  /**
   * Entities that the visit is about, ascending: all of a step that is new, those that late points have
   * touched of one that is reported again, nobody where no point is in the step. Of the others only `p`
   * and `promisedP` are known.
   */
  readonly touched: Int32Array;
  /** Calibrated p, evidence for the level above; NaN where no child had a value. */
  readonly p: Float64Array;
  /** The same after a second look at what became of the entity's promises; what its score says. */
  readonly promisedP: Float32Array;
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

/** Whom a visit is about. */
export type About = "all" | "nobody" | Again;

const NOBODY = new Int32Array(0);

/** Makes the visitor's view of a row; columns of scores are its own and reused. */
export class FleetStepView {
  readonly #nodes = new Scores();
  readonly #clusters = new Scores();
  readonly #fold: FleetFold;

  constructor(fold: FleetFold) {
    this.#fold = fold;
  }

  of(
    row: FleetRow,
    about: About,
    changed: readonly FleetFinding[],
    retracted: readonly string[],
  ): FleetStep {
    const fold = this.#fold;
    const { nodes, clusters, tenant, stepMs } = fold;
    const promisedP = row.tenant.promisedP[0] ?? Number.NaN;
    const days = claimedDays(promisedP, stepMs, fold.ageSteps(tenant, 0, row.step));
    return {
      step: row.step,
      startMs: row.step * stepMs,
      endMs: (row.step + 1) * stepMs,
      again: typeof about === "object",
      nodes: this.#nodes.level(
        fold,
        nodes,
        row,
        row.nodes,
        fold.saidOfNodes,
        touchedIn(about, "nodes"),
      ),
      clusters: this.#clusters.level(
        fold,
        clusters,
        row,
        row.clusters,
        fold.saidOfClusters,
        touchedIn(about, "clusters"),
      ),
      tenant: {
        p: row.tenant.p[0] ?? Number.NaN,
        promisedP,
        days,
        score: scoreOfClaim(days, stepMs),
        nodes: row.tenant.children[0] ?? 0,
        anomalousNodes: row.tenant.anomalous[0] ?? 0,
      },
      changed,
      retracted,
    };
  }
}

function touchedIn(about: About, level: keyof Again): Int32Array | "all" {
  if (about === "all") return "all";
  return about === "nobody" ? NOBODY : about[level];
}

/** Scores of one level, in columns that are used again. */
class Scores {
  #score = new Float64Array(0);
  #all = new Int32Array(0);

  level(
    { stepMs }: FleetFold,
    bank: EntityBank,
    { step }: FleetRow,
    row: LevelRow,
    { stageP, children, anomalous }: Said,
    about: Int32Array | "all",
  ): LevelStep {
    const { count } = bank;
    this.#reserve(count);
    const touched = about === "all" ? this.#all.subarray(0, count) : about;
    const score = this.#score;
    for (let i = 0; i < touched.length; i++) {
      const e = touched[i]!;
      const p = row.promisedP[e] ?? Number.NaN;
      const days = claimedDays(p, stepMs, step - bank.firstSteps[e]! + 1);
      score[e] = scoreOfClaim(days, stepMs);
    }
    const { p, promisedP } = row;
    return { count, touched, p, promisedP, stageP, score, children, anomalous };
  }

  #reserve(count: number): void {
    if (count <= this.#score.length) return;
    this.#score = new Float64Array(Math.ceil(count * 1.5)).fill(Number.NaN);
    this.#all = Int32Array.from(this.#score, (_, e) => e);
  }
}
