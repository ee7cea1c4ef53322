import { type Import, parse } from "./parse.ts";
import { addressOf } from "./room-arrows.ts";
import { isTest, isTool, type Offence, type Source, type Tree } from "./tree.ts";

/** Who may import a package, by the beginning of paths inside the workspace; "" is everybody. */
export interface Use {
  readonly runs: readonly string[];
  /** Who may import its types besides. */
  readonly types?: readonly string[];
}

export type PackageTable = Readonly<Record<string, Readonly<Record<string, Use>>>>;

/** The product imports packages only where the table says; tests and tools are free. */
export function foreignPackages(tree: Tree, table: PackageTable): Offence[] {
  return tree
    .filter(({ path }) => path.startsWith("packages/") && !isTest(path) && !isTool(path))
    .flatMap((source) =>
      parse(source)
        .imports.filter((one) => one.path === undefined && !isAllowed(source, one, table))
        .map(({ target }) => {
          const says = `imports ${target}: a package that is not for this place`;
          return { path: source.path, says };
        }),
    );
}

function isAllowed({ path }: Source, { target, typeOnly }: Import, table: PackageTable): boolean {
  const { pkg } = addressOf(path);
  const use = table[pkg]?.[nameOf(target)];
  if (use === undefined) return false;
  const inside = path.slice(`packages/${pkg}/src/`.length);
  const places = typeOnly ? [...use.runs, ...(use.types ?? [])] : use.runs;
  return places.some((place) => inside.startsWith(place));
}

/** `uplot` of `uplot/dist/uPlot.min.css`, `@foreshock/core` of `@foreshock/core/generator`. */
function nameOf(target: string): string {
  if (target.startsWith("node:")) return target;
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}
