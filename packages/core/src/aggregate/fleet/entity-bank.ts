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

/** Marks in `LevelRow.bins` besides histogram bins: the step taught nothing, or was the entity's first. */
const NOTHING_LEARNT = 255;
export const BORN = 254;
const UNBORN = -1;

/** One level of one step: what was found, and what is needed to take the step back. Index = entity. */
export class LevelRow {
  /** What the entity's tail says: evidence for the level above. */
  p = new Float64Array(0);
  /** The same after the second look: what the entity itself promises. */
  promisedP = new Float64Array(0);
  stageP = new Float64Array(0);
  children = new Int32Array(0);
  anomalous = new Int32Array(0);
  /** The bin that the step raised, or a mark. */
  bins = new Uint8Array(0);
  binBefore = new Float64Array(0);
  scalarsBefore = new Float64Array(0);
  /** Whole histograms before a rescaling step; rare. */
  readonly histogramBefore = new Map<number, Float64Array>();

  /** Makes room for `count` entities; new ones have had no value in this step. */
  reserve(count: number): void {
    const had = this.p.length;
    if (count <= had) return;
    const capacity = Math.max(count, Math.ceil(had * 1.5));
    this.p = widened(this.p, new Float64Array(capacity).fill(Number.NaN));
    this.promisedP = widened(this.promisedP, new Float64Array(capacity).fill(Number.NaN));
    this.stageP = widened(this.stageP, new Float64Array(capacity).fill(Number.NaN));
    this.children = widened(this.children, new Int32Array(capacity));
    this.anomalous = widened(this.anomalous, new Int32Array(capacity));
    this.bins = widened(this.bins, new Uint8Array(capacity).fill(NOTHING_LEARNT));
    this.binBefore = widened(this.binBefore, new Float64Array(capacity));
    this.scalarsBefore = widened(this.scalarsBefore, new Float64Array(capacity * SCALAR_COUNT));
  }

  clear(): void {
    this.p.fill(Number.NaN);
    this.promisedP.fill(Number.NaN);
    this.stageP.fill(Number.NaN);
    this.children.fill(0);
    this.anomalous.fill(0);
    this.bins.fill(NOTHING_LEARNT);
    this.histogramBefore.clear();
  }
}

/** The memories of all entities of a level, learnt step by step, and steps taken back. */
export class EntityBank {
  count = 0;
  states: EntityStates = entityStates(0);
  /** Step of an entity's first value; -1 before. */
  firstSteps = new Float64Array(0);
  readonly #tail = new OwnTail();
  readonly #coldSteps: number;
  readonly #law: IncidentLaw;

  constructor(coldSteps: number, law: IncidentLaw) {
    this.#coldSteps = coldSteps;
    this.#law = law;
  }

  reserve(count: number): void {
    if (count > this.firstSteps.length) {
      const capacity = Math.max(count, Math.ceil(this.firstSteps.length * 1.5));
      const { histogram, scalars } = entityStates(capacity);
      histogram.set(this.states.histogram);
      scalars.set(this.states.scalars);
      this.states = { histogram, scalars };
      this.firstSteps = widened(this.firstSteps, new Float64Array(capacity).fill(UNBORN));
    }
    this.count = Math.max(this.count, count);
  }

  /** Before an entity's step with values: notes what it was, or brings it to life. */
  begin(row: LevelRow, e: number, step: number, children: number): void {
    if (this.firstSteps[e]! === UNBORN) {
      resetEntity(this.states, e, children);
      this.firstSteps[e] = step;
      row.bins[e] = BORN;
      return;
    }
    const from = e * SCALAR_COUNT;
    const { scalars } = this.states;
    const before = row.scalarsBefore;
    for (let i = from; i < from + SCALAR_COUNT; i++) before[i] = scalars[i]!;
    row.bins[e] = 0;
  }

  /** Second half: the own past of the entity is asked, then learns. Returns p. */
  learn(row: LevelRow, e: number, stageP: number): number {
    const { histogram } = this.states;
    const p = this.#tail.ask(this.states, e, stageP);
    if (row.bins[e]! !== BORN) {
      const { bin } = this.#tail;
      row.bins[e] = bin;
      row.binBefore[e] = histogram[e * BIN_COUNT + bin]!;
      if (rescales(this.states, e)) {
        row.histogramBefore.set(e, histogram.slice(e * BIN_COUNT, (e + 1) * BIN_COUNT));
      }
    }
    this.#tail.learn(this.states, e, this.#coldSteps);
    row.stageP[e] = stageP;
    row.p[e] = p;
    const { scalars } = this.states;
    const at = e * SCALAR_COUNT + INCIDENT_AT;
    row.promisedP[e] = secondLook(p, scalars, at, this.#law);
    learnIncident(p, scalars, at);
    return p;
  }

  /**
   * Copies what the entity was before `rows[0]` to entity 0 of `into`; false if it was not yet. `rows` are
   * all steps learnt from then on, ascending.
   */
  before(rows: readonly LevelRow[], e: number, into: EntityStates): boolean {
    if (this.firstSteps[e]! === UNBORN) return false;
    const h = e * BIN_COUNT;
    const s = e * SCALAR_COUNT;
    into.histogram.set(this.states.histogram.subarray(h, h + BIN_COUNT));
    into.scalars.set(this.states.scalars.subarray(s, s + SCALAR_COUNT));
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i]!;
      const bin = row.bins[e]!;
      if (bin === BORN) return false;
      if (bin === NOTHING_LEARNT) continue;
      const whole = row.histogramBefore.get(e);
      if (whole === undefined) into.histogram[bin] = row.binBefore[e]!;
      else into.histogram.set(whole);
      into.scalars.set(row.scalarsBefore.subarray(s, s + SCALAR_COUNT));
    }
    return true;
  }

  /** Takes back the step of `row`, which must be the entity's last. */
  undo(row: LevelRow, e: number): void {
    const bin = row.bins[e]!;
    if (bin === NOTHING_LEARNT) return;
    const { histogram, scalars } = this.states;
    const h = e * BIN_COUNT;
    const s = e * SCALAR_COUNT;
    if (bin === BORN) {
      this.firstSteps[e] = UNBORN;
      histogram.fill(0, h, h + BIN_COUNT);
      scalars.fill(0, s, s + SCALAR_COUNT);
    } else {
      const whole = row.histogramBefore.get(e);
      if (whole === undefined) histogram[h + bin] = row.binBefore[e]!;
      else histogram.set(whole, h);
      scalars.set(row.scalarsBefore.subarray(s, s + SCALAR_COUNT), s);
    }
    row.histogramBefore.delete(e);
    row.bins[e] = NOTHING_LEARNT;
    row.p[e] = Number.NaN;
    row.promisedP[e] = Number.NaN;
    row.stageP[e] = Number.NaN;
    row.children[e] = 0;
    row.anomalous[e] = 0;
  }
}

function widened<Column extends Float64Array | Int32Array | Uint8Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from);
  return to;
}
