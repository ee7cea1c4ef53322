import { Command, Option } from "commander";
import { addDataCommands } from "./data-commands.ts";
import { addFileCommands } from "./file-commands.ts";
import type { DemoFlags } from "./serve/demo.ts";
import type { ServeFlags } from "./serve/serve.ts";
import { addServerCommands } from "./server-commands.ts";
import type { Shell } from "./shell.ts";
import { type Context, contextOf, type GlobalFlags } from "./terminal/context.ts";
import type { ExitCode } from "./terminal/exit-code.ts";
import { instant, names, positive, wholeNumber } from "./terminal/flag-values.ts";
import type { Io } from "./terminal/io.ts";
import { shownLines } from "./terminal/shown-text.ts";

/** Commands that run a server. `main.ts` passes them in, so that tests can pass others. */
export interface LongCommands {
  readonly serve: (flags: ServeFlags, context: Context) => Promise<ExitCode>;
  readonly demo: (flags: DemoFlags, context: Context) => Promise<ExitCode>;
}

/** The whole command line. `ended` is called with the exit code of the command that ran. */
export function buildProgram(
  io: Io,
  commands: LongCommands,
  version: string,
  ended: (code: ExitCode) => void,
): Command {
  const program = new Command("foreshock")
    .description("Which tenant, cluster, node and metric misbehaves now, how badly, and why.")
    .version(version)
    .option("--url <url>", "the server (FORESHOCK_URL, default http://127.0.0.1:7070)")
    .option("--key <key>", "API key (FORESHOCK_KEY)")
    .option("--tenant <name>", "tenant, for operator keys and for `keys create`")
    .option("--timeout <seconds>", "timeout of one request", positive)
    .option("--json", "JSON output; --json=a,b keeps only these fields")
    .addOption(new Option("--json-fields <fields>").argParser((text) => names(text)).hideHelp())
    .option("--no-color", "no colours (also NO_COLOR, TERM=dumb)")
    .option("-q, --quiet", "print only data and errors")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: io.out, writeErr: (text) => io.err(shownLines(text)) })
    .showHelpAfterError("(use --help for the full list)")
    .exitOverride()
    .addHelpText("after", EXAMPLES);
  const shell: Shell = {
    run: async (command, action) => {
      ended(await action(contextOf(io, command.optsWithGlobals<GlobalFlags>())));
    },
  };
  addServeAndDemo(program, shell, commands);
  addFileCommands(program, shell);
  addServerCommands(program, shell);
  addDataCommands(program, shell);
  return program;
}

const EXAMPLES = `
Examples:
  foreshock demo                          a fleet with known faults, in this terminal and browser
  foreshock detect metrics.csv            what is odd in a file, no server needed
  foreshock rank fleet.csv --from "2026-07-01 14:00:00" --to "2026-07-01 14:20:00"
  foreshock serve                         the server, data in ./foreshock-data
  foreshock top node                      who misbehaves most now
  foreshock why checkout-eu/node-042      what happened there

Exit codes: 0 ok, 1 error, 2 usage, 3 anomalies found (detect --exit-code), 4 key refused,
5 not found, 6 server not reached, 7 stopped before all was saved, 130 interrupted.`;

function addServeAndDemo(program: Command, shell: Shell, commands: LongCommands): void {
  serverFlags(program.command("serve").description("run the server"))
    .addHelpText("after", "\nExample:\n  foreshock serve --port 7070 --data-dir /var/lib/foreshock")
    .action((flags: ServeFlags, command: Command) =>
      shell.run(command, (context) => commands.serve(flags, context)),
    );
  serverFlags(
    program.command("demo").description("a simulated fleet with known faults, live in the browser"),
  )
    .option("--nodes <count>", "nodes of the fleet (default 240)", wholeNumber(1))
    .option("--days <count>", "days of history (default 28)", wholeNumber(1))
    .option("--seed <number>", "seed of the fleet and its faults", wholeNumber(0))
    .option(
      "--end <time>",
      "where history ends (default now; with --score one instant for all)",
      (text) => instant("--end", text),
    )
    .option(
      "--score",
      "print hits, misses and false findings against the answer key, then exit",
      false,
    )
    .option("--no-live", "do not watch this machine")
    .addHelpText("after", "\nExamples:\n  foreshock demo\n  foreshock demo --score --json")
    .action((flags: DemoFlags, command: Command) =>
      shell.run(command, (context) => commands.demo(flags, context)),
    );
}

function serverFlags(command: Command): Command {
  return command
    .option("--host <address>", "address to listen on (FORESHOCK_HOST, default 127.0.0.1)")
    .option("--port <port>", "port, 0 = a free one (FORESHOCK_PORT, default 7070)", wholeNumber(0))
    .option("--data-dir <folder>", "where everything is kept (FORESHOCK_DATA_DIR)")
    .option("--workers <count>", "detection threads (FORESHOCK_WORKERS)", wholeNumber(1))
    .option(
      "--retention <days>",
      "delete points older than this, 0 = keep everything (FORESHOCK_RETENTION_DAYS, default 0)",
      wholeNumber(0),
    )
    .option(
      "--scrub-hours <hours>",
      "check all stored chunks once in this time, 0 = off (FORESHOCK_SCRUB_HOURS, default 24)",
      wholeNumber(0),
    )
    .option(
      "--trusted-proxies <networks>",
      "proxies whose X-Forwarded-For counts, e.g. 10.0.0.0/8 (FORESHOCK_TRUSTED_PROXIES)",
    )
    .option("--memory-max <size>", "what the server may take (FORESHOCK_MEMORY_MAX), such as 4GiB")
    .option("--log-level <level>", "silent, error, warn, info or debug (FORESHOCK_LOG_LEVEL)");
}
