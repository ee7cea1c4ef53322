import { assert } from "../../model/refusal.ts";
import { type IncidentLaw, learnIncident, secondLook } from "../../stats/incident-tail.ts";
import {
  BIN_COUNT,
  type EntityStates,
  entityStates,
  INCIDENT_AT,
  resetEntity,
  SCALAR_COUNT,
} from "../entity-state.ts";
import { OwnTail, rescales } from "../own-tail.ts";
import { CHUNK_SHIFT, EntitySnapshots } from "./entity-snapshots.ts";
import type { LevelRow } from "./level-row.ts";
import { UndoRing } from "./undo-ring.ts";

/** In place of a step: the entity has had no value yet. */
export const UNBORN = -1;

/**
 * The memories of all entities of a level, learnt step by step. The last steps of an entity can be taken
 * back one by one; from further back it is folded again, beginning with a snapshot.
 */
export class EntityBank {
  count = 0;
  states: EntityStates = entityStates(0);
  /** Step of an entity's first value, and of its last; UNBORN before. */
  firstSteps = new Float64Array(0);
  lastSteps = new Float64Array(0);
  /** 1 = the chunk of entities (as of `EntitySnapshots`) has changed since it was saved. */
  changed = new Uint8Array(0);
  readonly snapshots: EntitySnapshots;
  readonly #undo = new UndoRing();
  readonly #tail = new OwnTail();
  readonly #coldSteps: number;
  readonly #law: IncidentLaw;

  constructor(coldSteps: number, law: IncidentLaw, snapshotEvery: number) {
    this.#coldSteps = coldSteps;
    this.#law = law;
    this.snapshots = new EntitySnapshots(this, snapshotEvery);
  }

  get bytes(): number {
    const { histogram, scalars } = this.states;
    const now = histogram.byteLength + scalars.byteLength + 2 * this.firstSteps.byteLength;
    return now + this.#undo.bytes + this.snapshots.bytes;
  }

  reserve(count: number): void {
    if (count > this.firstSteps.length) {
      const capacity = Math.max(count, Math.ceil(this.firstSteps.length * 1.5));
      const { histogram, scalars } = entityStates(capacity);
      histogram.set(this.states.histogram);
      scalars.set(this.states.scalars);
      this.states = { histogram, scalars };
      this.firstSteps = widened(this.firstSteps, capacity);
      this.lastSteps = widened(this.lastSteps, capacity);
      this.#undo.reserve(capacity);
      const changed = new Uint8Array((capacity >>> CHUNK_SHIFT) + 1);
      changed.set(this.changed);
      this.changed = changed;
    }
    for (let e = this.count; e < count; e++) this.changed[e >>> CHUNK_SHIFT] = 1;
    this.count = Math.max(this.count, count);
  }

  /** Before an entity's step with values: notes what it was, or brings it to life. */
  begin(e: number, step: number, children: number): void {
    assert(e < this.count, "an entity learns after the bank has made room for it");
    const isBorn = this.firstSteps[e]! === UNBORN;
    this.changed[e >>> CHUNK_SHIFT] = 1;
    this.#undo.begin(this.states, e, this.lastSteps[e]!, isBorn);
    this.lastSteps[e] = step;
    if (!isBorn) return;
    resetEntity(this.states, e, children);
    this.firstSteps[e] = step;
  }

  /** Second half: the own past of the entity is asked, then learns. Returns p, which is noted in `row` as entity `at`. */
  learn(row: LevelRow, e: number, stageP: number, at: number = e): number {
    const p = this.#tail.ask(this.states, e, stageP);
    this.#undo.raise(this.states, e, this.#tail.bin, rescales(this.states, e));
    this.#tail.learn(this.states, e, this.#coldSteps);
    row.p[at] = p;
    const { scalars } = this.states;
    const incidentAt = e * SCALAR_COUNT + INCIDENT_AT;
    row.promisedP[at] = secondLook(p, scalars, incidentAt, this.#law);
    learnIncident(p, scalars, incidentAt);
    return p;
  }

  /**
   * Copies what the entity was before `step` to entity 0 of `into`; false if it was not yet. It must have
   * learnt nothing after `step`, and this step the last of all.
   */
  before(step: number, e: number, into: EntityStates): boolean {
    if (this.firstSteps[e]! === UNBORN) return false;
    this.copy(e, into, 0);
    return this.lastSteps[e]! < step || this.#undo.copyBefore(e, into, 0) !== undefined;
  }

  /** Copies an entity to entity `to` of `into`. */
  copy(e: number, into: EntityStates, to: number): void {
    const h = e * BIN_COUNT;
    const s = e * SCALAR_COUNT;
    into.histogram.set(this.states.histogram.subarray(h, h + BIN_COUNT), to * BIN_COUNT);
    into.scalars.set(this.states.scalars.subarray(s, s + SCALAR_COUNT), to * SCALAR_COUNT);
  }

  /**
   * Takes the entity back to what it was before `step`: by its last steps where they are held, else to a
   * snapshot. Returns the step from which on it has to be folded again: `step`, or one before it.
   */
  rewind(e: number, step: number): number {
    this.changed[e >>> CHUNK_SHIFT] = 1;
    while (this.lastSteps[e]! >= step && this.#undo.has(e)) {
      const before = this.#undo.copyBefore(e, this.states, e);
      this.#undo.drop(e);
      this.lastSteps[e] = before ?? UNBORN;
      if (before === undefined) this.firstSteps[e] = UNBORN;
    }
    if (this.lastSteps[e]! < step) return step;
    this.#undo.clear(e);
    return this.snapshots.takeUp(e, step);
  }

  /** Entities from `from` on become what was saved of them. */
  fill(
    from: number,
    firstSteps: Float64Array,
    lastSteps: Float64Array,
    states: EntityStates,
  ): void {
    this.firstSteps.set(firstSteps, from);
    this.lastSteps.set(lastSteps, from);
    this.states.histogram.set(states.histogram, from * BIN_COUNT);
    this.states.scalars.set(states.scalars, from * SCALAR_COUNT);
    for (let e = from; e < from + firstSteps.length; e++) this.#undo.clear(e);
    this.changed[from >>> CHUNK_SHIFT] = 0;
  }

  /** Forgets the last steps of an entity: its state came from elsewhere. */
  forget(e: number): void {
    this.#undo.clear(e);
  }
}

function widened(from: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const column = new Float64Array(capacity).fill(UNBORN);
  column.set(from);
  return column;
}
