import type { Work } from "../watch/heartbeat.ts";
import type { PlatformEvents } from "./platform-events.ts";

/** Remembers which tenants' work ended threads. `QuarantineTable` of the control database. */
export interface QuarantineBook {
  /** The tenant's work ended a thread again: how often so far. */
  strike(tenantId: string, reason: string): number;
  quarantine(tenantId: string, reason: string): void;
  /** Why the tenant is in quarantine; undefined where it is not. */
  reasonOf(tenantId: string): string | undefined;
  /** All tenants in quarantine. */
  tenantIds(): readonly string[];
}

/** From this strike on a tenant's points are stored and not judged. */
const STRIKES_MAX = 2;
/** Work that waits for the disk, or is for everybody, is no tenant's fault. */
const NOBODYS_FAULT: ReadonlySet<string> = new Set(["", "save", "open"]);

/** Says whose work ended a thread, and puts a tenant into quarantine the second time. */
export class Strikes {
  readonly #book: QuarantineBook;
  readonly #events: Pick<PlatformEvents, "struck">;

  constructor(book: QuarantineBook, events: Pick<PlatformEvents, "struck">) {
    this.#book = book;
    this.#events = events;
  }

  reasonOf(tenantId: string): string | undefined {
    return this.#book.reasonOf(tenantId);
  }

  tenantIds(): readonly string[] {
    return this.#book.tenantIds();
  }

  /** A thread ended, or was ended, in the middle of this work. */
  against({ what, tenantId }: Work, error: Error): void {
    if (tenantId === "" || NOBODYS_FAULT.has(what)) return;
    const reason = `${what}: ${error.message}`;
    const strikes = this.#book.strike(tenantId, reason);
    const isQuarantined = strikes >= STRIKES_MAX;
    if (isQuarantined) this.#book.quarantine(tenantId, reason);
    this.#events.struck(tenantId, reason, strikes, isQuarantined);
  }
}
