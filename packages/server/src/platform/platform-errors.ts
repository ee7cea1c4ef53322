import type { RateState } from "./admission.ts";

/**
 * Why something could not be done now and can be done later. One table for all rooms: a store's fault
 * keeps its code over the thread boundary up to the HTTP reply (503).
 */
export type UnavailableCode =
  | "store/disk-full"
  | "store/disk-silent"
  | "store/io-error"
  | "store/sync-failed"
  | "store/backlog"
  | "store/in-use"
  | "store/closed"
  | "owner/ended"
  | "host/ended"
  | "tenant/queue-full"
  | "memory/full"
  | "platform/starting"
  | "platform/stopping";

/** Milliseconds after which a caller may try again, by code: how long such a state usually lasts. */
export const RETRY_AFTER_MS: Readonly<Record<UnavailableCode, number>> = {
  "store/disk-full": 5000,
  "store/disk-silent": 5000,
  "store/io-error": 5000,
  "store/sync-failed": 10_000,
  "store/backlog": 2000,
  "store/in-use": 10_000,
  "store/closed": 2000,
  "owner/ended": 5000,
  "host/ended": 5000,
  "tenant/queue-full": 1000,
  "memory/full": 10_000,
  "platform/starting": 2000,
  "platform/stopping": 2000,
};

/**
 * A code of a failure that crosses a thread; `internal` is a mistake of ours, `tenant/failed` one in the work
 * for a tenant that has been reported by itself.
 */
export type FailureCode = UnavailableCode | "tenant/failed" | "internal";

/** A failure as data, as it crosses a thread. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

/** The platform cannot do it now and can later. Nothing was acknowledged. 503. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly code: UnavailableCode;

  constructor(code: UnavailableCode, message: string) {
    super(message);
    this.code = code;
  }

  get retryAfterMs(): number {
    return RETRY_AFTER_MS[this.code];
  }
}

/** The server is about to end. */
export function stopping(): Unavailable {
  return new Unavailable("platform/stopping", "the server is stopping");
}

/** The start has not come to this tenant yet. */
export function starting(): Unavailable {
  return new Unavailable("platform/starting", "this tenant's data is being read back");
}

/** Work for a tenant threw. Whoever caught it has reported it: nobody who hears of it afterwards has to. */
export class TenantFailed extends Error {
  override readonly name = "TenantFailed";
}

/** The error that a failure from another thread stands for. */
export function errorOf({ code, message }: Failure): Error {
  if (code === "internal") return new Error(message);
  return code === "tenant/failed" ? new TenantFailed(message) : new Unavailable(code, message);
}

/** A page's cursor that the platform did not hand out. 400. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
}

/** A read asks for more than one answer may cost. Nothing was looked at. 422. */
export class TooCostly extends Error {
  override readonly name = "TooCostly";
  /** What to ask for instead. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** As many long reads of the tenant as may wait are waiting already. Nothing was looked at. 429. */
export class TooManyReads extends Error {
  override readonly name = "TooManyReads";
  readonly retryAfterMs = 2000;
  readonly waiting: number;

  constructor(waiting: number) {
    super(`${waiting} long reads of this tenant are waiting already`);
    this.waiting = waiting;
  }
}

/** The tenant sends more than its rate allows. Nothing was taken. 429. */
export class OverRate extends Error {
  override readonly name = "OverRate";
  readonly rate: RateState;

  constructor(rate: RateState) {
    super(
      `more than ${rate.perSecond} ${rate.kind === "points" ? "points" : "requests"} per second`,
    );
    this.rate = rate;
  }
}
