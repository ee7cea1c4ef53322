import { fileCircles, wingCircles } from "./circles.ts";
import { emptyNames } from "./names.ts";
import { foreignPackages, type PackageTable } from "./packages.ts";
import { type Entries, lostEntries, orphans, testOnly } from "./reach.ts";
import { foreignArrows, insideOutArrows, type Tables, upwardArrows } from "./room-arrows.ts";
import { longFiles, longFunctions, type NotYet } from "./sizes.ts";
import type { Offence, Tree } from "./tree.ts";
import { type WorldTable, worldTouches } from "./world.ts";

/** A source tree and what is allowed in it. */
export interface House {
  readonly tree: Tree;
  /** The package.json files, which name the doors. */
  readonly manifests: Tree;
  readonly tables: Tables;
  readonly packages: PackageTable;
  readonly entries: Entries;
  readonly world: WorldTable;
  readonly notYet: {
    readonly files: NotYet;
    readonly functions: NotYet;
    readonly testOnly: readonly string[];
  };
}

/** The house rules by the sentence they keep. */
export const RULES = {
  "a room imports only what its table allows": ({ tree, tables }) => foreignArrows(tree, tables),
  "no room and no package points upward": ({ tables }) => upwardArrows(tables),
  "nobody goes through their own package's door": ({ tree }) => insideOutArrows(tree),
  "no file imports itself through others, types included": ({ tree }) => fileCircles(tree),
  "no wing of a room imports itself through others": ({ tree }) => wingCircles(tree),
  "no file is without somebody who imports it": ({ tree, manifests, entries }) =>
    orphans(tree, manifests, entries),
  "no file of the product is used by tests alone": ({ tree, manifests, entries, notYet }) =>
    testOnly(tree, manifests, entries, notYet.testOnly),
  "every listed entry is there": ({ tree, entries }) => lostEntries(tree, entries),
  "a file has at most 300 lines": ({ tree, notYet }) => longFiles(tree, notYet.files),
  "a function has at most 50 lines": ({ tree, notYet }) => longFunctions(tree, notYet.functions),
  "a name says what is inside": ({ tree }) => emptyNames(tree),
  "a package is imported only where it belongs": ({ tree, packages }) =>
    foreignPackages(tree, packages),
  "clock, dice, timers and process are handed in": ({ tree, world }) => worldTouches(tree, world),
} as const satisfies Readonly<Record<string, (house: House) => Offence[]>>;

export type Rule = keyof typeof RULES;

/** What a rule finds, as lines to read. */
export function offencesAgainst(rule: Rule, house: House): string[] {
  return RULES[rule](house).map(({ path, says }) => `${path}: ${says}`);
}
