/** How long a request waits for a start to come to it before it is asked to come again; most starts take less. */
const START_WAIT_MS = 5000;
const LOOK_EVERY_MS = 25;

/** Looks now and then whether a start has come that far. @returns whether it has, or false after a few seconds. */
export async function startedOrLate(hasStarted: () => boolean): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < START_WAIT_MS; waitedMs += LOOK_EVERY_MS) {
    if (hasStarted()) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return hasStarted();
}
