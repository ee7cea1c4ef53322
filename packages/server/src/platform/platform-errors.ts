import type { RateState } from "./admission.ts";

/** The platform cannot do it now and can later: the store is full, starting or closing. 503. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 1000) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A page's cursor that the platform did not hand out. 400. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
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
