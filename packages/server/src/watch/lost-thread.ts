/** A thread was lost in its work: out of memory, standing still, or ended by what it did. */
export class LostThread extends Error {
  override readonly name = "LostThread";
}

/**
 * Why a worker thread has ended by itself. What it threw comes back as it is: work for a tenant is caught where
 * it is done, so that was nobody's work.
 *
 * @param thrown what ended it; undefined where it exited with `code`.
 */
export function endOfThread(who: string, thrown: Error | undefined, code: number): Error {
  if (thrown === undefined) return new LostThread(`${who} ended with ${code}`);
  const isOutOfMemory = (thrown as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
  return isOutOfMemory ? new LostThread(thrown.message) : thrown;
}
