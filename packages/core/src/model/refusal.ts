/** Every reason for which the core turns a caller away. The server maps each to an HTTP status. */
export type RefusalCode =
  | "id/empty"
  | "time/invalid"
  | "range/empty"
  | "series/length-mismatch"
  | "series/unsorted"
  | "series/infinite"
  | "result/score-out-of-range"
  | "result/unknown-label"
  | "rollup/unknown-strategy"
  | "window/invalid"
  | "engine/unknown"
  | "engine/unavailable"
  | "engine/duplicate"
  | "generator/unsuited"
  | "state/unreadable";

/**
 * A caller asked for something we refuse. `code` is stable and machine-readable, the message says
 * what to do, `facts` hold the values that led to it (safe to show to the caller).
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: RefusalCode, message: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.facts = facts;
  }
}

/** Our own mistake, not the caller's: stops, and is logged with its stack. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) {
    throw new Error(`assertion failed: ${message}`);
  }
}
