import type { DurationMs } from "@foreshock/core/fold";

/** The server could not stop in time. What was acknowledged is on disk; the next start catches up. */
export class StopTimeout extends Error {
  override readonly name = "StopTimeout";
  readonly waitingFor: string;

  constructor(waitingFor: string, afterMs: DurationMs) {
    super(`the server did not stop within ${afterMs / 1000} s: it waited for ${waitingFor}`);
    this.waitingFor = waitingFor;
  }
}

/** One thing to be done, and how the log calls it. */
export type Step = readonly [name: string, work: () => Promise<unknown>];

/**
 * Does steps one after the other, with one deadline for all of them.
 *
 * @throws StopTimeout naming the step that was under way; what a step throws, otherwise.
 */
export async function withinDeadline(afterMs: DurationMs, steps: readonly Step[]): Promise<void> {
  let waitingFor = "";
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StopTimeout(waitingFor, afterMs)), afterMs);
  const all = async (): Promise<void> => {
    for (const [name, work] of steps) {
      waitingFor = name;
      await work();
    }
  };
  try {
    await Promise.race([all(), late]);
  } finally {
    clearTimeout(timer);
  }
}
