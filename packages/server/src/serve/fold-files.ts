import { Worker } from "node:worker_threads";
import { damageReport } from "../partition/damage-report.ts";
import type { DamageReport } from "../partition/protocol.ts";
import type { Damage } from "../store/sqlite/damage.ts";

/** The same file ending as this one: TypeScript in the repository, JavaScript in the package. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";

/**
 * Brings the tenants' folds into the files where they belong, in a thread of its own: gigabytes may have to
 * be copied once, after an upgrade. Cut off by the signal, the next start goes on.
 *
 * @returns what was found damaged. @throws StoreTooNew, StoreUnavailable, FileProblem.
 */
export async function foldFilesArranged(
  dataDir: string,
  signal: AbortSignal,
): Promise<readonly DamageReport[]> {
  const url = new URL(`./fold-files-worker.${ENDING}`, import.meta.url);
  const worker = new Worker(url, { workerData: { dataDir }, env: {} });
  const { promise, resolve, reject } = Promise.withResolvers<readonly Damage[]>();
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the move of folds was cut off")));
  const stop = (): void => void worker.terminate();
  signal.addEventListener("abort", stop);
  try {
    return (await promise).map((damage) => damageReport(damage));
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
