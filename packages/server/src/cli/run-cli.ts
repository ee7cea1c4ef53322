import { CommanderError } from "commander";
import { buildProgram, type LongCommands } from "./program.ts";
import { EXIT, type ExitCode, errorText, exitCodeOf } from "./terminal/exit-code.ts";
import type { Io } from "./terminal/io.ts";

/**
 * Runs one command line and gives the exit code; never throws, never ends the process. `argv` is
 * what follows the program's name.
 */
export async function runCli(
  argv: readonly string[],
  io: Io,
  commands: LongCommands,
  version: string,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram(io, commands, version, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(argv.flatMap(withJsonFields), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (io.signal.aborted) return EXIT.interrupted;
    io.err(`${errorText(error)}\n`);
    return exitCodeOf(error);
  }
}

/** `--json=a,b` becomes two flags, so that `--json FILE` never takes the file for fields. */
function withJsonFields(argument: string): string[] {
  const fields = /^--json=(.+)$/.exec(argument)?.[1];
  return fields === undefined ? [argument] : ["--json", "--json-fields", fields];
}
