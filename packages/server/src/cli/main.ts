import { runCli } from "./run-cli.ts";
import { processIo } from "./terminal/io.ts";

/** The server's own parts are loaded by the commands that run one: for all others they are most of the start. */
const LONG_COMMANDS = {
  serve: async (...given) => (await import("./serve/serve.ts")).serve(...given),
  demo: async (...given) => (await import("./serve/demo.ts")).demo(...given),
} satisfies Parameters<typeof runCli>[2];

/** Runs the command line of this process and sets its exit code. */
export async function main(version: string): Promise<void> {
  const { io, stop } = processIo();
  process.exitCode = await runCli(process.argv.slice(2), io, LONG_COMMANDS, version);
  stop();
}
