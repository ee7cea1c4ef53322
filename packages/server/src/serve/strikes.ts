import type { Work } from "../watch/heartbeat.ts";
import { LostThread } from "../watch/lost-thread.ts";
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
/**
 * One mistake reaches all threads that work for a tenant at about the same time: one strike. Source: an owner
 * that stands still is ended after 30 s, and two that begin together are looked at within a second.
 */
const SAME_MS = 10_000;
/** Work that waits for the disk, or is for everybody, is no tenant's fault. */
const NOBODYS_FAULT: ReadonlySet<string> = new Set(["", "save", "open"]);

interface Strike {
  readonly what: string;
  readonly atMs: number;
  /** Where it was felt. */
  readonly threads: Set<string>;
}

/** Says whose work failed or ended a thread, and puts a tenant into quarantine the second time. */
export class Strikes {
  readonly #book: QuarantineBook;
  readonly #events: Pick<PlatformEvents, "struck">;
  readonly #monotonicMs: () => number;
  /** By tenant. */
  readonly #last = new Map<string, Strike>();

  constructor(
    book: QuarantineBook,
    events: Pick<PlatformEvents, "struck">,
    monotonicMs: () => number,
  ) {
    this.#book = book;
    this.#events = events;
    this.#monotonicMs = monotonicMs;
  }

  reasonOf(tenantId: string): string | undefined {
    return this.#book.reasonOf(tenantId);
  }

  tenantIds(): readonly string[] {
    return this.#book.tenantIds();
  }

  /** A thread ended, or was ended, after it had begun this work. What it threw was not thrown in it. */
  threadEnded(thread: string, work: Work, error: Error): void {
    if (error instanceof LostThread) this.against(thread, work, error);
  }

  /** Work in a thread failed. */
  against(thread: string, { what, tenantId }: Work, error: Error): void {
    if (tenantId === "" || NOBODYS_FAULT.has(what)) return;
    if (this.#isKnown(thread, what, tenantId)) return;
    const reason = `${what}: ${error.message}`;
    const strikes = this.#book.strike(tenantId, reason);
    const isQuarantined = strikes >= STRIKES_MAX;
    if (isQuarantined) this.#book.quarantine(tenantId, reason);
    this.#events.struck(tenantId, reason, strikes, isQuarantined);
  }
  /** Whether it has counted already, as felt by another thread. In the same thread it is another time. */
  #isKnown(thread: string, what: string, tenantId: string): boolean {
    const atMs = this.#monotonicMs();
    const last = this.#last.get(tenantId);
    const isSame = last?.what === what && atMs - last.atMs < SAME_MS && !last.threads.has(thread);
    if (isSame) last.threads.add(thread);
    else this.#last.set(tenantId, { what, atMs, threads: new Set([thread]) });
    return isSame;
  }
}

/** Which thread's work failed that a host reports: its own, or that of an owner. */
export function failedWork(
  host: number,
  { tenantId, owner }: { readonly tenantId: string; readonly owner: number | undefined },
): [thread: string, work: Work] {
  if (owner === undefined) return [`host ${host}`, { what: "fold", tenantId }];
  return [`owner ${owner}`, { what: "folding", tenantId }];
}
