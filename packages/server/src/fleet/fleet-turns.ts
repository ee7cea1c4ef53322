/** Work that yields what it has cost each time it can be set down. */
export type Work = Generator<number, unknown>;

/** Hears of the end of a tenant's work. */
export interface TurnEnds {
  done(tenantId: string): void;
  /** It threw, and is dropped. */
  failed(tenantId: string, error: unknown): void;
}

interface Turn {
  work: Work | undefined;
  /** Cells that may still be spent; below 0 where a unit cost more than was left. */
  credit: number;
  /** Something came while the work was under way. */
  again: boolean;
}

/**
 * Whose turn it is: tenants with something to do, one after the other, each for as many cells as the
 * others (deficit round robin, Shreedhar and Varghese 1995). Who has nothing to do saves nothing up.
 */
export class FleetTurns {
  readonly #began: (tenantId: string) => void;
  readonly #turns = new Map<string, Turn>();
  /** Tenants that wait until they are let go. */
  readonly #held = new Set<string>();

  /** @param began called when a tenant's turn begins. */
  constructor(began: (tenantId: string) => void = () => {}) {
    this.#began = began;
  }

  /** Forgets what a tenant had to do. */
  drop(tenantId: string): void {
    this.#turns.delete(tenantId);
  }

  /** The tenant has something to do. */
  add(tenantId: string): void {
    const turn = this.#turns.get(tenantId);
    if (turn === undefined) {
      this.#turns.set(tenantId, { work: undefined, credit: 0, again: false });
    } else if (turn.work !== undefined) turn.again = true;
  }

  /** Whether somebody has a turn who is not held. */
  get any(): boolean {
    if (this.#held.size === 0) return this.#turns.size > 0;
    for (const tenantId of this.#turns.keys()) if (!this.#held.has(tenantId)) return true;
    return false;
  }

  has(tenantId: string): boolean {
    return this.#turns.has(tenantId);
  }

  /** No turn for the tenant until it is let go. */
  hold(tenantId: string): void {
    this.#held.add(tenantId);
  }

  letGo(tenantId: string): void {
    this.#held.delete(tenantId);
  }

  /**
   * One turn of the tenant that has waited longest, of about `cells` cells. `begin` makes its work, `ends`
   * hears when it is at its end. False where all who have something to do may not go on now.
   */
  next(
    cells: number,
    begin: (tenantId: string) => Work,
    ends: TurnEnds,
    mayGo: (tenantId: string) => boolean = () => true,
  ): boolean {
    for (const [tenantId, turn] of this.#turns) {
      if (this.#held.has(tenantId) || !mayGo(tenantId)) continue;
      this.#turns.delete(tenantId);
      this.#turns.set(tenantId, turn);
      turn.credit += cells;
      if (turn.credit <= 0) continue;
      this.#spend(tenantId, turn, begin, ends);
      return true;
    }
    return false;
  }

  /** Ends the tenant's work under way, if there is any. Yields what it costs. */
  *finish(tenantId: string, ends: TurnEnds): Generator<number, void> {
    const turn = this.#turns.get(tenantId);
    if (turn?.work === undefined) return;
    try {
      for (;;) {
        const unit = turn.work.next();
        if (unit.done === true) break;
        yield unit.value;
      }
      this.#end(tenantId, turn, ends);
    } catch (error) {
      this.#turns.delete(tenantId);
      ends.failed(tenantId, error);
    }
  }

  #spend(tenantId: string, turn: Turn, begin: (tenantId: string) => Work, ends: TurnEnds): void {
    this.#began(tenantId);
    try {
      turn.work ??= begin(tenantId);
      while (turn.credit > 0) {
        const unit = turn.work.next();
        if (unit.done === true) {
          this.#end(tenantId, turn, ends);
          return;
        }
        turn.credit -= unit.value;
      }
    } catch (error) {
      this.#turns.delete(tenantId);
      ends.failed(tenantId, error);
    }
  }

  #end(tenantId: string, turn: Turn, ends: TurnEnds): void {
    this.#turns.delete(tenantId);
    if (turn.again) this.add(tenantId);
    ends.done(tenantId);
  }
}
