import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError, EXIT } from "./exit-code.ts";

/**
 * Regular files of a folder and the folders in it, by path. Links are followed, but each file and each
 * folder is taken once, whatever it is called elsewhere: by its own name rather than by a link's.
 *
 * @throws CliError for a link that leads nowhere.
 */
export function filesIn(folder: string, isWanted: (name: string) => boolean): string[] {
  const found = new Map<string, string>();
  const seen = new Set([realpathSync(folder)]);
  const links: string[] = [];
  walk(folder, { found, seen, links, isWanted });
  // Links last: what they lead to may be here under a name of its own.
  for (let k = 0; k < links.length; k++) follow(links[k]!, { found, seen, links, isWanted });
  return [...found.values()].sort();
}

interface Walk {
  /** Path as it was reached, by real path. */
  readonly found: Map<string, string>;
  /** Real paths of folders that were read. */
  readonly seen: Set<string>;
  /** Met on the way, still to be followed. */
  readonly links: string[];
  readonly isWanted: (name: string) => boolean;
}

function walk(folder: string, parts: Walk): void {
  const entries = readdirSync(folder, { withFileTypes: true }).sort(byName);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) parts.links.push(path);
    else if (entry.isFile() && parts.isWanted(entry.name)) note(path, parts);
    else if (entry.isDirectory()) enter(path, parts);
  }
}

function follow(path: string, parts: Walk): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) enter(path, parts);
  else if (parts.isWanted(path)) {
    if (stat === undefined) {
      throw new CliError(`${path} is a link that leads nowhere`, EXIT.error, "remove or mend it");
    }
    if (stat.isFile()) note(path, parts);
  }
}

function enter(folder: string, parts: Walk): void {
  const real = realpathSync(folder);
  if (parts.seen.has(real)) return;
  parts.seen.add(real);
  walk(folder, parts);
}

function note(path: string, { found }: Walk): void {
  const real = realpathSync(path);
  if (!found.has(real)) found.set(real, path);
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
