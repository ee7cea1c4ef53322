import type { Command } from "commander";
import type { Context } from "./terminal/context.ts";
import type { ExitCode } from "./terminal/exit-code.ts";

/** What the program lends its commands: a way to run an action and to report its exit code. */
export interface Shell {
  /** Runs an action with the flags of the whole line and keeps its exit code. */
  readonly run: (command: Command, action: Action) => Promise<void>;
}

export type Action = (context: Context) => Promise<ExitCode> | ExitCode;
