import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A source file as data: rules see nothing else, so that offences can be planted. */
export interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

export type Tree = readonly Source[];

/** One broken rule: where, and what about it. */
export interface Offence {
  readonly path: string;
  readonly says: string;
}

/** Folders that hold no source, by name or by path: the last one is the pages as they were built. */
const SKIPPED = new Set([
  ...["node_modules", "dist", "dist-types", "coverage"],
  "packages/server/dashboard",
]);

/** Every source file of the repository that a person wrote, by path. */
export function readTree(root: string): Tree {
  return read(root, (path) => isSource(path) && !/\.gen\.ts$/.test(path));
}

/** The package.json of every package. */
export function readManifests(root: string): Tree {
  return read(root, (path) => /(^|\/)package\.json$/.test(path));
}

function read(root: string, wanted: (path: string) => boolean): Tree {
  const paths = filesUnder(root, "").filter(wanted).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

function filesUnder(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name) || SKIPPED.has(path) || entry.name.startsWith(".")) return [];
    return entry.isDirectory() ? filesUnder(root, path) : [path];
  });
}

export function isSource(path: string): boolean {
  return /\.(ts|tsx|mjs|js)$/.test(path);
}

/** Tests and what only tests run: they may reach further, and know the clock. */
export function isTest(path: string): boolean {
  return (
    /\.(test|check)\.tsx?$/.test(path) ||
    /(^|\/)([\w-]+-)?contract(\/[\w-]+)?\.ts$/.test(path) ||
    /^test\/|^packages\/\w+\/(testing|dev)\/|\/testing-[\w-]+\.ts$/.test(path)
  );
}

/** Programs for developers: benches, generators, settings of tools. */
export function isTool(path: string): boolean {
  return /^bench\/|^packages\/[\w-]+\.mjs$|\/tooling\/|(^|\/)[\w-]+\.config\.ts$/.test(path);
}
