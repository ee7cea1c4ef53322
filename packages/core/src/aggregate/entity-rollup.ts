import { openState, sealState, unreadable } from "../model/state-bytes.ts";
import { type IncidentLaw, learnIncident, NODE_LAW, secondLook } from "../stats/incident-tail.ts";
import {
  BIN_COUNT,
  type EntityStates,
  entityStates,
  INCIDENT_AT,
  resetEntity,
  SCALAR_COUNT,
} from "./entity-state.ts";
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
  /** One per child; for `weighted` only. */
  readonly weights?: Float64Array;
  /** How soon a broken promise is corrected; as for a node if left out. */
  readonly law?: IncidentLaw;
}

/**
 * Calibrated roll-up of one node (children = its metrics' p) or one cluster (children = its nodes' p):
 * a closed form over the children, then one learned tail of the entity's own past.
 *
 * Strictly past-only: a step is judged first and learnt afterwards. State: 86 + 15 numbers.
 * Cost: O(m) per step, no allocation (but `p95` over more than 20 children sorts a copy).
 * Source: spec of detection, section 14.
 */
export class EntityRollup {
  /** Closed-form p of the last step, before the entity's own past is asked. For order only. */
  stageP = Number.NaN;
  /** p of the last step after the second look at the entity's own promises: what its score says. */
  promisedP = Number.NaN;
  readonly #states = entityStates(1);
  readonly #tail = new OwnTail();
  readonly #gatherer = new ChildGatherer();
  readonly #coldSteps: number;
  readonly #law: IncidentLaw;
  readonly #strategy: RollupStrategy;
  readonly #weights: Float64Array | undefined;

  constructor(options: EntityRollupOptions) {
    const { intervalMs, children, strategy = "auto", weights, law = NODE_LAW } = options;
    this.#law = law;
    this.#coldSteps = coldStepsOf(intervalMs);
    this.#strategy = strategy;
    this.#weights = weights;
    resetEntity(this.#states, 0, children);
  }

  /**
   * p of one step from the children `p[start, end)`, evidence for the level above; NaN where no child has
   * a value. Afterwards `promisedP` is what the entity itself says.
   */
  step(p: Float64Array, start = 0, end: number = p.length): number {
    this.stageP = learnStageA(
      this.#states,
      this.#gatherer,
      0,
      p,
      start,
      end,
      this.#strategy,
      this.#weights,
    );
    const tailP = judge(this.#tail, this.#states, this.stageP, this.#coldSteps);
    this.promisedP = tailP;
    if (Number.isNaN(tailP)) return tailP;
    const { scalars } = this.#states;
    this.promisedP = secondLook(tailP, scalars, INCIDENT_AT, this.#law);
    learnIncident(tailP, scalars, INCIDENT_AT);
    return tailP;
  }

  save(): Uint8Array {
    const numbers = new Float64Array(BIN_COUNT + SCALAR_COUNT);
    numbers.set(this.#states.histogram);
    numbers.set(this.#states.scalars, BIN_COUNT);
    return sealState(STATE_FORMAT, STATE_VERSION, new Uint8Array(numbers.buffer));
  }

  /** @throws Refusal "state/unreadable" */
  restore(bytes: Uint8Array): void {
    const payload = openState(STATE_FORMAT, STATE_VERSION, bytes);
    if (payload.length !== (BIN_COUNT + SCALAR_COUNT) * 8) throw unreadable("wrong length");
    const numbers = new Float64Array(payload.slice().buffer);
    this.#states.histogram.set(numbers.subarray(0, BIN_COUNT));
    this.#states.scalars.set(numbers.subarray(BIN_COUNT));
  }
}

/** p of a stage A p under the entity's own past, which then learns it. NaN teaches nothing. */
export function judge(
  tail: OwnTail,
  states: EntityStates,
  stageP: number,
  coldSteps: number,
): number {
  if (Number.isNaN(stageP)) return Number.NaN;
  const p = tail.ask(states, 0, stageP);
  tail.learn(states, 0, coldSteps);
  return p;
}
