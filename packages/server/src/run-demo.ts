import type { Context } from "./cli/context.ts";
import { CliError, EXIT, type ExitCode } from "./cli/exit-code.ts";
import type { DemoFlags } from "./cli/program.ts";

export async function demo(_flags: DemoFlags, _context: Context): Promise<ExitCode> {
  throw new CliError("the demo is being built", EXIT.error);
}
