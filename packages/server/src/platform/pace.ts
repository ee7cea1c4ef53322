/**
 * Lets long work go on in units, so that others have their turn between two of them. What a unit may
 * cost is counted in points or cells that are looked at, never in time.
 */
export interface Pace {
  /**
   * Says that work of this cost was done or is about to be. Undefined while the unit lasts: go on at
   * once. Else a promise that resolves when it is this work's turn again.
   *
   * @throws Abandoned, now or later, when nobody waits for the result any more.
   */
  spend(cost: number): Promise<void> | undefined;
}

/** Nobody waits for the result any more: its asker has gone. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";

  constructor() {
    super("whoever asked has gone");
  }
}

/** Work that has no neighbours: it is never interrupted. */
export const UNPACED: Pace = { spend: () => undefined };

/** Does work to its end without setting it down. */
export function atOnce<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const unit = work.next();
    if (unit.done === true) return unit.value;
  }
}

/** Does work to its end at a pace; it yields what it has cost. @throws Abandoned as the pace does. */
export async function paced<Result>(work: Generator<number, Result>, pace: Pace): Promise<Result> {
  for (;;) {
    const unit = work.next();
    if (unit.done === true) return unit.value;
    const turn = pace.spend(unit.value);
    if (turn !== undefined) await turn;
  }
}
