import { once } from "node:events";
import { ConfigProblem, readConfig } from "../../config/config.ts";
import type { Context } from "../terminal/context.ts";
import { say } from "../terminal/context.ts";
import { CliError, EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { closed, started, untilStopped } from "./run-server.ts";

/** Flags of the server itself; `config/` reads the rest from the environment. */
export interface ServeFlags {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
  readonly workers?: number | undefined;
  readonly logLevel?: string | undefined;
  readonly retention?: number | undefined;
  readonly scrubHours?: number | undefined;
  readonly trustedProxies?: string | undefined;
  readonly memoryMax?: string | undefined;
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** `foreshock serve`: runs until stopped, and saves everything before it exits. */
export async function serve(flags: ServeFlags, context: Context): Promise<ExitCode> {
  const { io } = context;
  const config = configOf(flags, io.env);
  const server = await started({ config, now: io.now });
  try {
    if (!LOOPBACK.has(config.host) && server.control.keys().length === 0) {
      throw new CliError(
        `${config.host} is reachable from other machines, and no API key exists yet`,
        EXIT.usage,
        "create one with `foreshock keys create` first, or omit --host",
      );
    }
    // Before anybody can know that it runs, and stop it.
    const stopped = stopSignal(io.signal);
    say(context, `foreshock ${server.url}  (data in ${config.dataDir})`);
    return await untilStopped(server, stopped);
  } finally {
    await closed(server);
  }
}

export function configOf(flags: ServeFlags, env: Context["io"]["env"]) {
  try {
    return readConfig(flags, env);
  } catch (error) {
    if (error instanceof ConfigProblem) throw new CliError(error.message, EXIT.usage);
    throw error;
  }
}

/** Ctrl-C, or SIGTERM from a supervisor; which of them came. */
export async function stopSignal(interrupt: AbortSignal): Promise<"SIGINT" | "SIGTERM"> {
  if (interrupt.aborted) return "SIGINT";
  const done = new AbortController();
  const asked = [
    once(process, "SIGTERM", { signal: done.signal }),
    once(interrupt, "abort", { signal: done.signal }),
  ];
  try {
    await Promise.race(asked);
    return interrupt.aborted ? "SIGINT" : "SIGTERM";
  } finally {
    done.abort();
    await Promise.allSettled(asked);
  }
}
