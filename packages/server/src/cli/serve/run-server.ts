import { setTimeout as sleep } from "node:timers/promises";
import { StartProblem } from "../../serve/start-problem.ts";
import { type RunningServer, type StartOptions, startServer } from "../../serve/start-server.ts";
import { StopTimeout } from "../../serve/stop-deadline.ts";
import { goFirst } from "../../watch/thread-priority.ts";
import { CliError, EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { endProcess, endProcessAfter, killAfter, uncaughtError } from "./end-process.ts";

/** A start that failed has closed what it opened; what cannot be closed does not keep the process. */
const FAILED_START_MS = 500;

/** The deadline of `close`, and a little more. */
const KILL_AFTER_MS = 24_000;

/** The log writes its newest lines in turns of their own. */
const LOG_MS = 50;

/** @throws CliError naming cause and remedy. */
export async function started(options: StartOptions): Promise<RunningServer> {
  try {
    goFirst();
    return await startServer(options);
  } catch (error) {
    endProcessAfter(FAILED_START_MS, EXIT.error);
    if (error instanceof StartProblem) throw new CliError(error.message, EXIT.error, error.hint);
    throw error;
  }
}

/** Runs until it is asked to stop, or until an error that nobody caught; then saves and frees all. */
export async function untilStopped(
  server: RunningServer,
  stopped: Promise<string>,
): Promise<ExitCode> {
  const uncaught = uncaughtError();
  try {
    const failed = uncaught.happened.then((error) => ({ error }));
    const ended = await Promise.race([stopped, failed]);
    if (typeof ended === "string") {
      await closed(server, ended);
      return EXIT.ok;
    }
    server.failed(ended.error);
    await closed(server, "uncaught error");
    return EXIT.error;
  } finally {
    uncaught.stop();
  }
}

/** Closes the server; ends the process where that does not end in time. */
export async function closed(server: RunningServer, why?: string): Promise<void> {
  const callOff = killAfter(KILL_AFTER_MS);
  try {
    await server.close(why);
  } catch (error) {
    if (error instanceof StopTimeout) {
      await sleep(LOG_MS);
      endProcess(EXIT.unfinished);
    }
    throw error;
  } finally {
    await callOff();
  }
}
