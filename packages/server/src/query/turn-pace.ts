import { setImmediate as nextTurn } from "node:timers/promises";
import { Abandoned, type Pace } from "../platform/pace.ts";
import { UNIT_CELLS } from "./read-cost.ts";

/** Lets the thread's other work run after every unit, and ends work whose asker has gone by then. */
export class TurnPace implements Pace {
  readonly #isGone: () => boolean;
  #spent = 0;

  constructor(isGone: () => boolean = () => false) {
    this.#isGone = isGone;
  }

  spend(cost: number): Promise<void> | undefined {
    if (this.#isGone()) throw new Abandoned();
    this.#spent += cost;
    if (this.#spent < UNIT_CELLS) return undefined;
    this.#spent = 0;
    return this.#turn();
  }

  async #turn(): Promise<void> {
    await nextTurn();
    if (this.#isGone()) throw new Abandoned();
  }
}
