import { harmlessJson } from "../../observe/hidden-characters.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { type Colors, colorsFor, type Io } from "./io.ts";
import { shownText } from "./shown-text.ts";

/** Flags that every command takes, before or after its name. */
export interface GlobalFlags {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly tenant?: string | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly json?: boolean | undefined;
  /** Which fields of each row JSON shows; all where left out. */
  readonly jsonFields?: readonly string[] | undefined;
  readonly color?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** What a command works with: the world, and how the caller wants to be answered. */
export interface Context {
  readonly io: Io;
  readonly colors: Colors;
  readonly flags: GlobalFlags;
}

export function contextOf(io: Io, flags: GlobalFlags): Context {
  return { io, flags, colors: colorsFor(io, flags.color !== false) };
}

/** A message for people, of one line; silent with --quiet. */
export function say({ io, flags }: Context, text: string): void {
  if (flags.quiet !== true) io.err(`${shownText(text)}\n`);
}

/**
 * JSON for programs: indented on a terminal, one line elsewhere; NaN and infinities as null.
 * `--json=a,b` keeps these fields of every row (of the value itself if it is not a list).
 */
export function printJson({ io, flags }: Context, value: unknown): void {
  const shown = flags.jsonFields === undefined ? value : picked(value, flags.jsonFields);
  const space = io.outIsTerminal ? 2 : undefined;
  io.out(`${harmlessJson(JSON.stringify(shown, finiteOrNull, space))}\n`);
}

/** One value as a line of JSON. */
export function printJsonLine({ io }: Pick<Context, "io">, value: unknown): void {
  io.out(`${harmlessJson(JSON.stringify(value))}\n`);
}

function finiteOrNull(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function picked(value: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((row) => picked(row, fields));
  const row = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(row.data)) return picked(row.data, fields);
  const missing = fields.find((field) => !(field in row));
  if (missing !== undefined) {
    throw new CliError(
      `no field "${missing}"`,
      EXIT.usage,
      `the fields are ${Object.keys(row).join(", ")}`,
    );
  }
  return Object.fromEntries(fields.map((field) => [field, row[field]]));
}
