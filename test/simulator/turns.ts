import type { Dice } from "./dice.ts";

/** Work that waits, in lanes: each lane keeps its order, and the dice choose whose turn is next. */
export class Turns {
  readonly #lanes = new Map<string, (() => void)[]>();
  readonly #dice: Dice;
  #stopped = false;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  readonly later = (lane: string, work: () => void): void => {
    if (this.#stopped) return;
    const waiting = this.#lanes.get(lane);
    if (waiting === undefined) this.#lanes.set(lane, [work]);
    else waiting.push(work);
  };

  get isIdle(): boolean {
    return this.#lanes.size === 0;
  }

  /** Runs up to `count` works; promises that they settle are followed up after each. */
  async run(count: number): Promise<void> {
    for (let i = 0; i < count && this.#lanes.size > 0; i++) {
      const lane = this.#dice.of([...this.#lanes.keys()]);
      const waiting = this.#lanes.get(lane)!;
      const work = waiting.shift()!;
      if (waiting.length === 0) this.#lanes.delete(lane);
      work();
      await followUps();
    }
  }

  /** Runs until `done`; @throws after `worksMax`, which is a hang. */
  async until(done: () => boolean, worksMax = 200_000): Promise<void> {
    for (let i = 0; !done(); i++) {
      if (i >= worksMax) throw new Error("the simulation hangs");
      if (this.isIdle) await followUps();
      else await this.run(1);
    }
  }

  /** As a kill does: what waits is lost, and nothing new is taken. */
  stop(): void {
    this.#stopped = true;
    this.#lanes.clear();
  }
}

function followUps(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
