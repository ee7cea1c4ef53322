import { AuthError, ConnectionError, ForeshockError, NotFoundError } from "@foreshock/client";
import { fileErrorText } from "./file-error.ts";
import { shownText } from "./shown-text.ts";

/** What the process ends with; scripts rely on these. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  /** Anomalies were found; only with `--exit-code`. */
  found: 3,
  auth: 4,
  notFound: 5,
  unreachable: 6,
  /** A server that had to end before everything was saved; nothing that was acknowledged is lost. */
  unfinished: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that cannot be done as asked; the message says what happened, the hint what to do. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, exitCode: ExitCode, hint?: string) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** The exit code for an error of any origin. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof AuthError) return EXIT.auth;
  if (error instanceof NotFoundError) return EXIT.notFound;
  if (error instanceof ConnectionError) return EXIT.unreachable;
  if (error instanceof Error && error.name === "AbortError") return EXIT.interrupted;
  return EXIT.error;
}

/** What a person reads about an error: what happened, then what to do, then where to look. */
export function errorText(error: unknown): string {
  return errorLines(error).map(shownText).join("\n");
}

function errorLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [`error: ${String(error)}`];
  const file = fileErrorText(error);
  const lines = [`error: ${file?.message ?? error.message}`];
  const own = error instanceof CliError || error instanceof ForeshockError ? error.hint : undefined;
  const hint = own ?? file?.hint;
  if (hint !== undefined) lines.push(`  ${hint}`);
  if (error instanceof ForeshockError) {
    for (const { pointer = "", detail = "" } of error.errors) lines.push(`  ${pointer} ${detail}`);
    if (error.requestId !== undefined) lines.push(`  request ${error.requestId}`);
  }
  return lines;
}
