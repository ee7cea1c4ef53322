import { parse } from "./parse.ts";
import type { Offence, Tree } from "./tree.ts";

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 50;

/** What is still too long, with today's figure. It may only shrink. */
export type NotYet = Readonly<Record<string, number>>;

/** A file is at most `FILE_LINES_MAX` lines, tests too. */
export function longFiles(tree: Tree, notYet: NotYet): Offence[] {
  const lengths = tree.map(({ path, text }) => [path, text.trimEnd().split("\n").length] as const);
  return tooLong(lengths, FILE_LINES_MAX, notYet);
}

/** A function is at most `FUNCTION_LINES_MAX` lines; `path#name` where it is not. */
export function longFunctions(tree: Tree, notYet: NotYet): Offence[] {
  const lengths = new Map<string, number>();
  for (const source of tree) {
    for (const { name, lines } of parse(source).functions) {
      const key = `${source.path}#${name}`;
      lengths.set(key, Math.max(lines, lengths.get(key) ?? 0));
    }
  }
  return tooLong([...lengths], FUNCTION_LINES_MAX, notYet);
}

function tooLong(
  lengths: readonly (readonly [name: string, lines: number])[],
  max: number,
  notYet: NotYet,
): Offence[] {
  const over = lengths
    .filter(([name, lines]) => lines > Math.max(max, notYet[name] ?? 0))
    .map(([name, lines]) => offence(name, `has ${lines} lines, at most ${notYet[name] ?? max}`));
  const long = new Set(lengths.filter(([, lines]) => lines > max).map(([name]) => name));
  const done = Object.keys(notYet).filter((name) => !long.has(name));
  return [...over, ...done.map((name) => offence(name, "is short now: take it off the list"))];
}

function offence(name: string, says: string): Offence {
  return { path: name, says };
}
