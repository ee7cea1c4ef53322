import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { FleetHost } from "../fleet/fleet-host.ts";
import type { Work } from "../fleet/fleet-turns.ts";
import { LookAgain } from "../platform/look-again.ts";
import { Unavailable } from "../platform/platform-errors.ts";

/** What is folded or saved in one go, in cells of 50 ns: about 4 ms. */
const UNIT_CELLS = 80_000;

export interface FoldPaceParts {
  readonly fleet: FleetHost;
  /** Oldest point of a tenant that is not scored yet. */
  readonly inFlightMs: (tenantId: string) => EpochMs;
  /** Whether folds may be moved on: all that was scored before can be heard. */
  readonly mayFold: () => boolean;
  /** Runs work in a turn of its own, after the mail has been looked at. */
  readonly later: (work: () => void) => void;
  /** Runs work after a while. */
  readonly after: (delayMs: DurationMs, work: () => void) => void;
  /** Whether work of a tenant may go on, or gives way to others for now; all may without it. */
  readonly mayGo?: ((tenantId: string) => boolean) | undefined;
  readonly progress: (what: string, tenantId: string) => void;
  /** A unit of a save is done. */
  readonly saving: () => void;
}

interface InUnits {
  readonly what: string;
  readonly tenantId: string;
  /** Throws where the work is not to go on. */
  readonly demand: () => void;
  /** Called after each unit but the last. */
  readonly unitDone?: () => void;
}

/** Moves the folds of a host on, and saves them, a unit at a time; between two units others have their turn. */
export class FoldPace {
  readonly #parts: FoldPaceParts;
  #isWaiting = false;
  readonly #again: LookAgain;
  #isStopped = false;
  /** Saves under way. */
  #saves = 0;

  constructor(parts: FoldPaceParts) {
    this.#parts = parts;
    this.#again = new LookAgain(parts.after, () => this.wake());
  }

  /** There may be something to fold. */
  wake(): void {
    if (this.#isWaiting || !this.#mayGoOn()) return;
    this.#isWaiting = true;
    this.#parts.later(() => {
      this.#isWaiting = false;
      if (!this.#mayGoOn() || !this.#unit()) return;
      if (this.#parts.fleet.isHeldBack) this.#again.soon();
      else this.wake();
    });
  }

  /** A save has the turns of the folds: until it is done, the partitions of all hosts score nothing. */
  #mayGoOn(): boolean {
    return !this.#isStopped && this.#saves === 0 && this.#parts.mayFold();
  }

  /**
   * Saves, which brings folds that are under way to their end. @throws Unavailable once stopped, and once they may
   * not be moved on: an owner that has ended had points that they would go past.
   */
  async saved(work: Work): Promise<void> {
    this.#saves++;
    const demand = (): void => {
      this.#demandOpen();
      if (this.#parts.mayFold()) return;
      throw new Unavailable("owner/ended", "folds are not saved while an owner is away");
    };
    try {
      await this.#inUnits(work, {
        ...{ what: "save", tenantId: "", demand },
        unitDone: this.#parts.saving,
      });
    } finally {
      this.#saves--;
      this.wake();
    }
  }

  /** Resolves when everything that was heard is folded as far as it goes. @throws Unavailable once stopped. */
  async finished(): Promise<void> {
    do this.#demandOpen();
    while (this.#unit() && (await this.#turn()));
  }

  /** Resolves when the tenant's fold has nothing to do, or may not be moved on. @throws Unavailable once stopped. */
  async caughtUp(tenantId: string): Promise<void> {
    const { fleet, mayFold } = this.#parts;
    this.wake();
    while (fleet.isWaiting(tenantId) && mayFold()) {
      this.#demandOpen();
      await this.#turn();
    }
  }

  /** Nothing more is folded or saved: the file is about to be closed. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Does work to its end, in units. @throws Unavailable once stopped.
   *
   * @param what it is, for whoever watches this thread.
   */
  async done(work: Work, what: string, tenantId = ""): Promise<void> {
    await this.#inUnits(work, { what, tenantId, demand: () => this.#demandOpen() });
  }

  async #inUnits(work: Work, { what, tenantId, demand, unitDone }: InUnits): Promise<void> {
    try {
      for (let spent = 0; ; ) {
        demand();
        this.#parts.progress(what, tenantId);
        const { done, value } = work.next();
        if (done === true) return;
        spent += Number(value);
        if (spent < UNIT_CELLS) continue;
        spent = 0;
        unitDone?.();
        await this.#turn();
      }
    } finally {
      // Whoever is held for it is let go.
      work.return(undefined);
    }
  }

  #unit(): boolean {
    const { fleet, inFlightMs, mayGo } = this.#parts;
    return fleet.advance(inFlightMs, UNIT_CELLS, mayGo);
  }

  async #turn(): Promise<true> {
    await new Promise<void>((resolve) => this.#parts.later(resolve));
    return true;
  }

  #demandOpen(): void {
    if (this.#isStopped) throw new Unavailable("platform/stopping", "the host is closed");
  }
}
