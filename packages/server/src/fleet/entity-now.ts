/** Where an entity is at the newest processed step. */
export interface EntityNow {
  score: number;
  anomalous: number;
}

export const NOTHING: EntityNow = { score: 0, anomalous: 0 };

/** Sets an entity's place; a score that is not known counts as 0. */
export function note(into: EntityNow[], index: number, score: number, anomalous: number): void {
  const now = into[index];
  if (now === undefined) into[index] = { score: known(score), anomalous };
  else {
    now.score = known(score);
    now.anomalous = anomalous;
  }
}

export function known(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}
