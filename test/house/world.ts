import { parse } from "./parse.ts";
import { addressOf } from "./room-arrows.ts";
import { isTest, isTool, type Offence, type Tree } from "./tree.ts";

/** What a program can reach for that is not handed to it. */
const KINDS: readonly (readonly [kind: string, what: RegExp])[] = [
  ["clock", /^(Date\.now|new Date\(\)|performance\.now)$/],
  ["dice", /^(Math\.random|crypto\.(randomUUID|getRandomValues))$/],
  ["timer", /^set(Timeout|Interval)$/],
  ["net", /^fetch$/],
  ["console", /^console\./],
  ["process", /^process\./],
];

/** Of each kind: which files of a package may, each with its reason. */
export type WorldTable = Readonly<Record<string, Readonly<Record<string, Places>>>>;
type Places = Readonly<Record<string, string>>;

/** The product has no clock, dice, timer, console or environment but where the table says. */
export function worldTouches(tree: Tree, table: WorldTable): Offence[] {
  const used = new Set<string>();
  const offences = tree
    .filter(({ path }) => path.startsWith("packages/") && !isTest(path) && !isTool(path))
    .flatMap((source) =>
      parse(source).touches.flatMap(({ what, line }) => {
        const kind = KINDS.find(([, pattern]) => pattern.test(what))?.[0];
        if (kind === undefined) return [];
        const { pkg } = addressOf(source.path);
        const inside = source.path.slice(`packages/${pkg}/src/`.length);
        used.add(`${pkg} ${kind} ${inside}`);
        if (table[pkg]?.[kind]?.[inside] !== undefined) return [];
        return [offence(source.path, `reaches for ${what} in line ${line}: it must be handed in`)];
      }),
    );
  return [...offences, ...unused(table, used)];
}

/** A permission that nobody needs any more is taken back. */
function unused(table: WorldTable, used: ReadonlySet<string>): Offence[] {
  return Object.entries(table).flatMap(([pkg, kinds]) =>
    Object.entries(kinds).flatMap(([kind, places]) =>
      Object.keys(places)
        .filter((inside) => !used.has(`${pkg} ${kind} ${inside}`))
        .map((inside) => offence(`packages/${pkg}/src/${inside}`, `no longer needs a ${kind}`)),
    ),
  );
}

function offence(path: string, says: string): Offence {
  return { path, says };
}
