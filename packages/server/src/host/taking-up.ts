import { type DurationMs, Refusal } from "@foreshock/core/fold";
import type { FleetHost } from "../fleet/fleet-host.ts";
import type { TenantFailedMessage } from "../partition/quarantine.ts";
import { errorOf, TenantFailed, Unavailable } from "../platform/platform-errors.ts";
import { isStoreFault, StoreCorrupt } from "../store/sqlite/store-error.ts";
import type { FoldPace } from "./fold-pace.ts";
import type { OwnerLines } from "./owner-lines.ts";

/** A tenant that could not be taken up is tried again after this long. */
const AGAIN_MS = 1000;

export interface TakingUpParts {
  readonly fleet: FleetHost;
  readonly lines: OwnerLines;
  readonly folds: FoldPace;
  /** Whether all partition owners are there. */
  readonly isWhole: () => boolean;
  /** Runs work after a while. */
  readonly after: (delayMs: DurationMs, work: () => void) => void;
  /** The tenant is where it was: it may be asked and sent points. */
  readonly ready: (tenantId: string) => void;
  /** Its own work threw, here or in an owner, and will be tried again. */
  readonly failed: (tenantId: string, error: unknown, owner?: number) => void;
}

/**
 * Brings tenants to where they were: reads their folds back, has the owners send what these lack, and folds
 * that. Each tenant by itself, so that one with much to do, or whose work fails, holds up nobody else.
 */
export class TakingUp {
  readonly #parts: TakingUpParts;
  /** Not where they were yet. */
  readonly #waiting = new Set<string>();
  #isStopped = false;

  constructor(parts: TakingUpParts) {
    this.#parts = parts;
  }

  isUp(tenantId: string): boolean {
    return !this.#waiting.has(tenantId);
  }

  /**
   * At a start. Resolves when all are ready. Folds are read back one after the other, by the owners and here at
   * the same time. @throws once stopped.
   */
  async all(tenantIds: readonly string[]): Promise<void> {
    for (const tenantId of tenantIds) this.#hold(tenantId);
    const rest: Promise<void>[] = [];
    for (const tenantId of tenantIds) {
      this.#parts.lines.name(tenantId);
      const isOpen = await this.#tried(tenantId, () => this.#opened(tenantId));
      rest.push(this.#finish(tenantId, isOpen));
    }
    await Promise.all(rest);
    // Tenants are served without an owner that has ended; the start is over when it is there again.
    while (!this.#parts.isWhole()) await this.#pause();
    await Promise.all(tenantIds.map((tenantId) => this.#parts.folds.caughtUp(tenantId)));
  }

  /** After quarantine, or for another grid: what is known of the tenant is what was saved. */
  again(tenantId: string): void {
    if (!this.#set(tenantId)) return;
    const opened = this.#tried(tenantId, () => this.#reopened(tenantId));
    opened.then((isDone) => this.#finish(tenantId, isDone)).catch(() => {});
  }

  /** Its fold threw: nothing of that is used any more; after a while it begins again from what was saved. */
  foldFailed(tenantId: string, error: unknown): void {
    if (isOfTheTenant(error)) this.#parts.failed(tenantId, error);
    // It ends by itself once everything is closed.
    if (this.#set(tenantId)) this.#finish(tenantId, false).catch(() => {});
  }

  /** Its detection threw in an owner, which has set it aside until it is announced again. */
  ownerFailed(owner: number, { tenantId, failure }: TenantFailedMessage): void {
    this.#parts.failed(tenantId, errorOf(failure), owner);
    if (this.#set(tenantId)) this.#finish(tenantId, false).catch(() => {});
    // Where it is being taken up already, that does not end before it is announced again.
    else this.#parts.lines.forget(tenantId);
  }

  /** False where it is being taken up already. */
  #set(tenantId: string): boolean {
    if (this.#isStopped || !this.isUp(tenantId)) return false;
    this.#hold(tenantId);
    this.#parts.fleet.forget(tenantId);
    return true;
  }

  /** Nothing is tried again. */
  stop(): void {
    this.#isStopped = true;
  }

  #hold(tenantId: string): void {
    this.#waiting.add(tenantId);
    this.#parts.fleet.wait(tenantId);
  }

  async #finish(tenantId: string, isOpen: boolean): Promise<void> {
    const { fleet, lines, folds, ready } = this.#parts;
    let isDone = isOpen && (await this.#tried(tenantId, () => lines.announce(tenantId)));
    while (!isDone) {
      await this.#pause();
      isDone = await this.#tried(tenantId, async () => {
        await this.#reopened(tenantId);
        await lines.announce(tenantId);
      });
    }
    fleet.goOn(tenantId);
    this.#waiting.delete(tenantId);
    await folds.caughtUp(tenantId);
    ready(tenantId);
  }

  async #reopened(tenantId: string): Promise<void> {
    const { fleet, lines } = this.#parts;
    lines.forget(tenantId);
    fleet.forget(tenantId);
    await this.#opened(tenantId);
  }

  #opened(tenantId: string): Promise<void> {
    const { fleet, folds } = this.#parts;
    return folds.done(fleet.opening(tenantId), "start", tenantId);
  }

  /** Whether it went well. @throws what concerns everybody: a damaged file, or that everything is closed. */
  async #tried(tenantId: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (this.#isStopped || error instanceof StoreCorrupt) throw error;
      if (isOfTheTenant(error)) this.#parts.failed(tenantId, error);
      return false;
    }
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => this.#parts.after(AGAIN_MS, resolve));
    if (this.#isStopped) throw new Unavailable("platform/stopping", "the host is closed");
  }
}

/**
 * An owner that has ended, a disk without room, and a saved fold that is damaged are no fault of a tenant; what an owner
 * caught is counted.
 */
function isOfTheTenant(error: unknown): boolean {
  const isCounted = error instanceof TenantFailed;
  const isDamage = error instanceof Refusal && error.code === "state/unreadable";
  return !(error instanceof Unavailable || isCounted || isDamage || isStoreFault(error));
}
