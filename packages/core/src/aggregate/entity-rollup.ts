import { openState, sealState, unreadable } from "../model/state-bytes.ts";
import { type IncidentLaw, learnIncident, NODE_LAW, secondLook } from "../stats/incident-tail.ts";
import {
  BIN_COUNT,
  type EntityStates,
  entityStates,
  INCIDENT_AT,
  resetEntity,
  SCALAR,
  SCALAR_COUNT,
} from "./entity-state.ts";
import { joinLevels, smallestOfLevel } from "./level-join.ts";
import { coldStepsOf, OwnTail } from "./own-tail.ts";
import { ChildGatherer, learnStageA, type RollupStrategy } from "./stage-a.ts";

const STATE_FORMAT = 0x52;
const STATE_VERSION = 2;

export interface EntityRollupOptions {
  /** Step of the grid the children come on. */
  readonly intervalMs: number;
  /** Children the entity starts with; shapes only what the voice `many` believes at first. */
  readonly children: number;
  readonly strategy?: RollupStrategy;
  /** One a child; for `weighted` only. */
  readonly weights?: Float64Array;
  /** How soon a promise that is not kept is corrected; left out: as for a node. */
  readonly law?: IncidentLaw;
}

/**
 * Calibrated roll-up of one node (children = its metrics' p) or one cluster (children = its nodes' p):
 * a closed form over the children, then one learned tail of the entity's own past.
 *
 * Strictly past-only: a step is judged first and learnt afterwards. State: 86 + 15 numbers.
 * Cost: O(m) a step, no allocation (but `p95` over more than 20 children sorts a copy).
 * Source: spec of detection, section 14.
 */
export class EntityRollup {
  /** Closed-form p of the last step, before the entity's own past is asked. For order only. */
  stageP = Number.NaN;
  /** p of the last step after the second look at the entity's own promises: what its score says. */
  promisedP = Number.NaN;
  private readonly states = entityStates(1);
  private readonly tail = new OwnTail();
  private readonly gatherer = new ChildGatherer();
  private readonly coldSteps: number;
  private readonly law: IncidentLaw;
  private readonly strategy: RollupStrategy;
  private readonly weights: Float64Array | undefined;

  constructor(options: EntityRollupOptions) {
    const { intervalMs, children, strategy = "auto", weights, law = NODE_LAW } = options;
    this.law = law;
    this.coldSteps = coldStepsOf(intervalMs);
    this.strategy = strategy;
    this.weights = weights;
    resetEntity(this.states, 0, children);
  }

  /**
   * p of one step from the children `p[start, end)`, evidence for the level above; NaN where no child has
   * a value. `promisedP` then is what the entity itself says.
   */
  step(p: Float64Array, start = 0, end: number = p.length): number {
    const { states, gatherer, strategy, weights } = this;
    this.stageP = learnStageA(states, gatherer, 0, p, start, end, strategy, weights);
    const tailP = judge(this.tail, this.states, this.stageP, this.coldSteps);
    this.promisedP = tailP;
    if (Number.isNaN(tailP)) return tailP;
    const { scalars } = this.states;
    this.promisedP = secondLook(tailP, scalars, INCIDENT_AT, this.law);
    learnIncident(tailP, scalars, INCIDENT_AT);
    return tailP;
  }

  save(): Uint8Array {
    const numbers = new Float64Array(BIN_COUNT + SCALAR_COUNT);
    numbers.set(this.states.histogram);
    numbers.set(this.states.scalars, BIN_COUNT);
    return sealState(STATE_FORMAT, STATE_VERSION, new Uint8Array(numbers.buffer));
  }

  /** @throws Refusal "state/unreadable" */
  restore(bytes: Uint8Array): void {
    const payload = openState(STATE_FORMAT, STATE_VERSION, bytes);
    if (payload.length !== (BIN_COUNT + SCALAR_COUNT) * 8) throw unreadable("wrong length");
    const numbers = new Float64Array(payload.slice().buffer);
    this.states.histogram.set(numbers.subarray(0, BIN_COUNT));
    this.states.scalars.set(numbers.subarray(BIN_COUNT));
  }
}

/** Row-major table of p: `p[step * children + child]`, NaN where a child has no value. */
export interface ChildTable {
  readonly p: Float64Array;
  readonly children: number;
}

/** Calibrated p of every step of one entity; as long as the table has rows. The fold of `EntityRollup.step`. */
export function runEntity(
  { p, children }: ChildTable,
  options: Omit<EntityRollupOptions, "children"> & { readonly children?: number },
): Float64Array {
  const rollup = new EntityRollup({ children, ...options });
  return Float64Array.from({ length: p.length / children }, (_, step) =>
    rollup.step(p, step * children, (step + 1) * children),
  );
}

/** Closed-form p (stage A) of every step, with the moments learned on the way. */
export function runStageA(
  table: ChildTable,
  strategy: RollupStrategy,
  weights?: Float64Array,
): Float64Array {
  const { p, children } = table;
  const states = entityStates(1);
  resetEntity(states, 0, children);
  const gatherer = new ChildGatherer();
  return Float64Array.from({ length: p.length / children }, (_, step) => {
    // The tail counts the steps elsewhere; it is not asked here.
    const stage = learnStageA(
      states,
      gatherer,
      0,
      p,
      step * children,
      (step + 1) * children,
      strategy,
      weights,
    );
    if (!Number.isNaN(stage)) states.scalars[SCALAR.steps]!++;
    return stage;
  });
}

/**
 * The tenant: smallest node p over all nodes and smallest cluster p over all clusters, joined, then the
 * tenant's own tail. Flat on purpose: a tail on a tail on a tail loses power.
 */
export function runFleet(
  nodes: ChildTable,
  clusters: ChildTable,
  intervalMs: number,
): Float64Array {
  const states = entityStates(1);
  resetEntity(states, 0, 1);
  const tail = new OwnTail();
  const coldSteps = coldStepsOf(intervalMs);
  return Float64Array.from({ length: nodes.p.length / nodes.children }, (_, step) => {
    const byNode = smallestOfLevel(nodes.p, step * nodes.children, (step + 1) * nodes.children);
    const from = step * clusters.children;
    const byCluster = smallestOfLevel(clusters.p, from, from + clusters.children);
    return judge(tail, states, joinLevels(byNode, byCluster), coldSteps);
  });
}

function judge(tail: OwnTail, states: EntityStates, stageP: number, coldSteps: number): number {
  if (Number.isNaN(stageP)) return Number.NaN;
  const p = tail.ask(states, 0, stageP);
  tail.learn(states, 0, coldSteps);
  return p;
}
