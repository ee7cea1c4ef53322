import { posix } from "node:path";
import { parse } from "./parse.ts";
import { isTest, isTool, type Offence, type Tree } from "./tree.ts";

/** Files that are started or found by their name, each with who does so. */
export type Entries = Readonly<Record<string, string>>;

/** Every file is reached from somewhere. Tests are entries of their own; doors stand in package.json. */
export function orphans(tree: Tree, manifests: Tree, entries: Entries): Offence[] {
  const starts = [
    ...Object.keys(entries),
    ...doorsOf(manifests),
    ...tree.map(({ path }) => path).filter((path) => /\.test\.tsx?$/.test(path)),
  ];
  const reached = reachedFrom(starts, tree);
  return unreached(tree, reached).map((path) => offence(path, "nobody imports it"));
}

/** Every file of the product is reached from the product: what only tests use is a test's tool. */
export function testOnly(
  tree: Tree,
  manifests: Tree,
  entries: Entries,
  notYet: readonly string[],
): Offence[] {
  const product = tree.filter(({ path }) => !isTest(path));
  const reached = reachedFrom([...Object.keys(entries), ...doorsOf(manifests)], product);
  const alone = unreached(product, reached).filter((path) => !isTool(path));
  return [
    ...alone
      .filter((path) => !notYet.includes(path))
      .map((path) => offence(path, "only tests import it")),
    ...notYet
      .filter((path) => !alone.includes(path))
      .map((path) => offence(path, "is used or gone: take it off the list")),
  ];
}

/** The list of entries is true: each is there. */
export function lostEntries(tree: Tree, entries: Entries): Offence[] {
  const paths = new Set(tree.map(({ path }) => path));
  return Object.keys(entries)
    .filter((path) => !paths.has(path))
    .map((path) => offence(path, "is listed as an entry and is not there"));
}

function unreached(tree: Tree, reached: ReadonlySet<string>): string[] {
  return tree.map(({ path }) => path).filter((path) => !reached.has(path));
}

function reachedFrom(starts: readonly string[], tree: Tree): Set<string> {
  const byPath = new Map(tree.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const waiting = [...starts];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const { path: next } of parse(source).imports) if (next !== undefined) waiting.push(next);
  }
  return reached;
}

/** Source files that a package.json names, at whatever depth of its `exports`. */
function doorsOf(manifests: Tree): string[] {
  return manifests.flatMap(({ path, text }) =>
    [...text.matchAll(/"\.\/(src\/[^"]+\.tsx?)"/g)].map(([, door]) => {
      return posix.join(posix.dirname(path), door!);
    }),
  );
}

function offence(path: string, says: string): Offence {
  return { path, says };
}
