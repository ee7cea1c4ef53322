import type { Offence, Tree } from "./tree.ts";

/** A name says what is inside; these say nothing, and collect everything. */
export function emptyNames(tree: Tree): Offence[] {
  return tree
    .filter(({ path }) => /(^|\/)(utils?|helpers?|common|types|misc)(\/|\.\w+$)/.test(path))
    .map(({ path }) => ({ path, says: "has a name that says nothing" }));
}
