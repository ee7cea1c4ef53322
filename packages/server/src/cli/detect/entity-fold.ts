import {
  EntityRollup,
  INTERVAL_POINTS,
  type IncidentLaw,
  learntIntervalMs,
  StepWatch,
  scoreOfP,
} from "@foreshock/core/fold";

/**
 * The calibrated roll-up of one node or cluster of a file whose sampling interval is not known: it
 * is learnt from the first steps, and until then the roll-up is rebuilt from them when it changes.
 * Every answer depends on the past alone.
 */
export class EntityFold {
  /** Nominal interval as known now. */
  intervalMs = learntIntervalMs(new Float64Array());
  #rollup: EntityRollup;
  readonly #children: number;
  readonly #law: IncidentLaw;
  readonly #watch = new StepWatch();
  #standsForMs = this.intervalMs;
  #first: { readonly atMs: number; readonly p: Float64Array }[] | undefined = [];

  constructor(children: number, law: IncidentLaw) {
    this.#children = children;
    this.#law = law;
    this.#rollup = this.#fresh();
  }

  /** p of one step, given the children's p (NaN = no value); NaN where none has one. */
  push(atMs: number, childP: Float64Array): number {
    if (this.#first !== undefined) this.#learn(this.#first, atMs, childP);
    this.#standsForMs = this.#watch.note(atMs, Number.NaN, this.intervalMs, false);
    return this.#rollup.step(childP);
  }

  /** Score of the last step: of p after the second look at the entity's own promises, for its time. */
  get score(): number {
    return scoreOfP(this.#rollup.promisedP, this.#standsForMs);
  }

  #learn(
    first: { readonly atMs: number; readonly p: Float64Array }[],
    atMs: number,
    p: Float64Array,
  ) {
    const nominalMs = learntIntervalMs(
      Float64Array.from([...first.map((step) => step.atMs), atMs]),
    );
    if (nominalMs !== this.intervalMs) {
      this.intervalMs = nominalMs;
      this.#rollup = this.#fresh();
      for (const step of first) this.#rollup.step(step.p);
    }
    first.push({ atMs, p: p.slice() });
    if (first.length === INTERVAL_POINTS) this.#first = undefined;
  }

  #fresh(): EntityRollup {
    return new EntityRollup({
      intervalMs: this.intervalMs,
      children: this.#children,
      law: this.#law,
    });
  }
}
