import type { LongCommands } from "../src/cli/program.ts";
import { runCli } from "../src/cli/run-cli.ts";
import type { Io } from "../src/cli/terminal/io.ts";

/** What a command line left behind. */
export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestingIoOptions {
  readonly terminal?: boolean;
  readonly width?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  readonly commands?: Partial<LongCommands>;
}

/** Runs a command line in this process, with pipes instead of a terminal unless asked otherwise. */
export async function runForTest(
  argv: readonly string[],
  options: TestingIoOptions = {},
): Promise<CliRun> {
  const { io, texts } = testingIo(options);
  const refuse = () => Promise.reject(new Error("not in this test"));
  const commands = { serve: refuse, demo: refuse, ...options.commands };
  const code = await runCli(argv, io, commands, "9.9.9");
  return { code, ...texts() };
}

export function testingIo(options: TestingIoOptions = {}) {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    outIsTerminal: options.terminal ?? false,
    errIsTerminal: options.terminal ?? false,
    width: options.width ?? (options.terminal === true ? 100 : Number.POSITIVE_INFINITY),
    env: options.env ?? {},
    stdin: once(options.stdin ?? ""),
    now: options.now ?? (() => Date.UTC(2026, 6, 1, 12)),
    signal: options.signal ?? new AbortController().signal,
  };
  return { io, texts: () => ({ out, err }) };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
