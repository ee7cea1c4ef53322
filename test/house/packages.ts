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

/** The product imports packages only where the table says, and all that it says; tests and tools are free. */
export function foreignPackages(tree: Tree, table: PackageTable): Offence[] {
  const used = new Set<string>();
  const offences = tree
    .filter(({ path }) => path.startsWith("packages/") && !isTest(path) && !isTool(path))
    .flatMap((source) =>
      parse(source)
        .imports.filter((one) => one.path === undefined && !isAllowed(source, one, table, used))
        .map(({ target }) => {
          const says = `imports ${target}: a package that is not for this place`;
          return { path: source.path, says };
        }),
    );
  return [...offences, ...unused(table, used)];
}

function isAllowed(
  { path }: Source,
  { target, typeOnly }: Import,
  table: PackageTable,
  used: Set<string>,
): boolean {
  const { pkg } = addressOf(path);
  const name = nameOf(target);
  const { runs = [], types = [] } = table[pkg]?.[name] ?? {};
  const inside = path.slice(`packages/${pkg}/src/`.length);
  const places = [...runs, ...(typeOnly ? types : [])].filter((place) => inside.startsWith(place));
  for (const place of places) used.add(`${pkg} ${name} ${place}`);
  return places.length > 0;
}

/** A permission that nobody needs any more is taken back. */
function unused(table: PackageTable, used: ReadonlySet<string>): Offence[] {
  return Object.entries(table).flatMap(([pkg, uses]) =>
    Object.entries(uses).flatMap(([name, { runs, types = [] }]) =>
      [...runs, ...types]
        .filter((place) => !used.has(`${pkg} ${name} ${place}`))
        .map((place) => ({
          path: `packages/${pkg}/src/${place}`,
          says: `no longer imports ${name}`,
        })),
    ),
  );
}

/** `uplot` of `uplot/dist/uPlot.min.css`, `@foreshock/core` of `@foreshock/core/generator`. */
function nameOf(target: string): string {
  if (target.startsWith("node:")) return target;
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}
