import { runCli } from "./run-cli.ts";
import { demo } from "./serve/demo.ts";
import { serve } from "./serve/serve.ts";
import { processIo } from "./terminal/io.ts";

/** Runs the command line of this process and sets its exit code. */
export async function main(version: string): Promise<void> {
  const { io, stop } = processIo();
  process.exitCode = await runCli(process.argv.slice(2), io, { serve, demo }, version);
  stop();
}
