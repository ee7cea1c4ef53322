import picocolors from "picocolors";

/** What a command may use of the outside world. Data goes to `out`, messages to `err`. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of the terminal; Infinity where there is none. */
  readonly width: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Wall clock in epoch milliseconds. */
  readonly now: () => number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export type Colors = ReturnType<typeof picocolors.createColors>;

const WIDTH_WITHOUT_TERMINAL = Number.POSITIVE_INFINITY;

/**
 * Whether a stream gets colours. The first rule that applies wins: `--no-color`, NO_COLOR, CLICOLOR_FORCE,
 * TERM=dumb and CLICOLOR=0, then whether it is a terminal. Source: no-color.org, bixense.com/clicolors.
 */
export function wantsColor(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  flag: boolean,
): boolean {
  if (!flag || (env.NO_COLOR ?? "") !== "") return false;
  if ((env.CLICOLOR_FORCE ?? "0") !== "0") return true;
  if (env.TERM === "dumb" || env.CLICOLOR === "0") return false;
  return isTerminal;
}

export function colorsFor(io: Io, flag: boolean): Colors {
  return picocolors.createColors(wantsColor(io.outIsTerminal, io.env, flag));
}

/**
 * The real world of this process. Ctrl-C is caught only once somebody asks for the signal: a command
 * that does not look at it, such as `detect`, is killed by the system at once, even while it computes.
 * `stop` removes the handler.
 */
export function processIo(): { readonly io: Io; readonly stop: () => void } {
  const abort = new AbortController();
  const interrupted = () => abort.abort();
  process.stdout.on("error", leaveQuietly);
  let caught = false;
  const io: Io = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    width: process.stdout.isTTY === true ? process.stdout.columns : WIDTH_WITHOUT_TERMINAL,
    env: process.env,
    stdin: process.stdin,
    now: () => Date.now(),
    get signal() {
      if (!caught) process.once("SIGINT", interrupted);
      caught = true;
      return abort.signal;
    },
  };
  return { io, stop: () => void process.off("SIGINT", interrupted) };
}

/** `foreshock top | head` closes the pipe: nobody reads on, so there is nothing more to do. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}
