import { setImmediate as nextTurn } from "node:timers/promises";
import type { Pace } from "../platform/pace.ts";
import { UNIT_CELLS } from "./read-cost.ts";

/** Lets the thread's other work run after every unit. For reads whose asker is not watched. */
export class TurnPace implements Pace {
  #spent = 0;

  spend(cost: number): Promise<void> | undefined {
    this.#spent += cost;
    if (this.#spent < UNIT_CELLS) return undefined;
    this.#spent = 0;
    return nextTurn();
  }
}
