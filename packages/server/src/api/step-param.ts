import { Problem } from "./problem.ts";
import { durationMs } from "./time-param.ts";

/** Steps in one reply; with entities beside them the platform bounds the product. */
const STEPS_MAX = 10_000;

/** A `StepParam` in milliseconds. @throws Problem "bad_parameter" where a range of this length has too many. */
export function stepParam(step: string, rangeMs: number): number {
  const stepMs = durationMs(step);
  if (stepMs >= 1000 && rangeMs / stepMs <= STEPS_MAX) return stepMs;
  throw new Problem("bad_parameter", `/step: ${step} is too short for this range`, {
    hint: `a reply holds at most ${STEPS_MAX} steps of at least 1s`,
    errors: [{ pointer: "/step", detail: "is too short" }],
  });
}
