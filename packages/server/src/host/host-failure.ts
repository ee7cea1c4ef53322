import { Refusal } from "@foreshock/core/fold";
import { failureOf } from "../partition/failure.ts";
import type { RateState } from "../platform/admission.ts";
import { Abandoned } from "../platform/pace.ts";
import {
  BadCursor,
  errorOf,
  type Failure,
  OverRate,
  TooCostly,
  TooManyReads,
  Unavailable,
} from "../platform/platform-errors.ts";

/** An error of a host as it crosses to the main thread. */
export type HostFailure =
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "over-rate"; readonly rate: RateState }
  | { readonly kind: "bad-cursor"; readonly message: string }
  | { readonly kind: "too-costly"; readonly message: string; readonly hint: string }
  | { readonly kind: "too-many-reads"; readonly waiting: number }
  | { readonly kind: "abandoned" }
  | {
      readonly kind: "refusal";
      readonly code: Refusal["code"];
      readonly message: string;
      readonly facts: Refusal["facts"];
    };

export function hostFailureOf(error: unknown): HostFailure {
  if (error instanceof OverRate) return { kind: "over-rate", rate: error.rate };
  if (error instanceof BadCursor) return { kind: "bad-cursor", message: error.message };
  if (error instanceof TooCostly) {
    return { kind: "too-costly", message: error.message, hint: error.hint };
  }
  if (error instanceof TooManyReads) return { kind: "too-many-reads", waiting: error.waiting };
  if (error instanceof Abandoned) return { kind: "abandoned" };
  if (error instanceof Refusal) {
    return { kind: "refusal", code: error.code, message: error.message, facts: error.facts };
  }
  if (error instanceof Unavailable) {
    return { kind: "failure", failure: { code: error.code, message: error.message } };
  }
  return { kind: "failure", failure: failureOf(error) };
}

/** The error that a host's failure stands for. */
export function hostErrorOf(given: HostFailure): Error {
  switch (given.kind) {
    case "over-rate":
      return new OverRate(given.rate);
    case "bad-cursor":
      return new BadCursor(given.message);
    case "too-costly":
      return new TooCostly(given.message, given.hint);
    case "too-many-reads":
      return new TooManyReads(given.waiting);
    case "abandoned":
      return new Abandoned();
    case "refusal":
      return new Refusal(given.code, given.message, given.facts);
    case "failure":
      return errorOf(given.failure);
  }
}
