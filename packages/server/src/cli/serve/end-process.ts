import { Worker } from "node:worker_threads";
import type { ExitCode } from "../terminal/exit-code.ts";

/**
 * Ends this process now, also where one of its threads waits for a disk that hangs: `process.exit` would
 * wait for that thread. Replacing the program ends all threads at once; where the system cannot do that
 * (Windows), it exits as usual.
 */
export function endProcess(code: ExitCode): never {
  if (typeof process.execve === "function") {
    const { execPath } = process;
    process.execve(execPath, [execPath, "-e", `process.exit(${code})`], {});
  }
  process.exit(code);
}

/** Ends the process after a while, if anything still keeps it. */
export function endProcessAfter(delayMs: number, code: ExitCode): void {
  setTimeout(() => endProcess(code), delayMs).unref();
}

/**
 * Kills this process from another thread if it has not ended in time, for the case that the main thread
 * itself waits for a disk that hangs. @returns how to call that off.
 */
export function killAfter(delayMs: number): () => Promise<unknown> {
  const guard = new Worker(GUARD, { eval: true, workerData: delayMs });
  guard.unref();
  return () => guard.terminate();
}

const GUARD = `
const { workerData } = require("node:worker_threads");
setTimeout(() => process.kill(process.pid, "SIGKILL"), workerData);
`;

/** Resolves with the first error that nobody caught; later ones are dropped, the process is ending. */
export function uncaughtError(): { readonly happened: Promise<unknown>; stop(): void } {
  const { promise: happened, resolve } = Promise.withResolvers<unknown>();
  process.on("uncaughtException", resolve);
  process.on("unhandledRejection", resolve);
  return {
    happened,
    stop() {
      process.off("uncaughtException", resolve);
      process.off("unhandledRejection", resolve);
    },
  };
}
