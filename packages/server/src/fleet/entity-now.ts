/** Where an entity is at the newest processed step. */
export interface EntityNow {
  score: number;
  anomalous: number;
}

export const NOTHING: EntityNow = { score: 0, anomalous: 0 };

/** Where the entities of a level are, by number; one that the newest step says nothing of is at 0. */
export class NowBoard {
  readonly #entities: (EntityNow & { step: number })[] = [];
  #step = Number.NEGATIVE_INFINITY;

  /** A step begins: what is noted from now on is of it. */
  begin(step: number): void {
    this.#step = step;
  }

  /** Sets an entity's place; a score that is not known counts as 0. */
  note(number: number, score: number, anomalous: number): void {
    const now = this.#entities[number];
    if (now === undefined) {
      this.#entities[number] = { score: known(score), anomalous, step: this.#step };
      return;
    }
    now.score = known(score);
    now.anomalous = anomalous;
    now.step = this.#step;
  }

  /** Of entities that joined since, or had no value in the newest step: nothing. */
  of(number: number): EntityNow {
    const now = this.#entities[number];
    return now !== undefined && now.step === this.#step ? now : NOTHING;
  }
}

export function known(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}
