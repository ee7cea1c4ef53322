import { type Import, parse } from "./parse.ts";
import type { RoomTable } from "./rooms.ts";
import { isSource, isTest, type Offence, type Source, type Tree } from "./tree.ts";

export interface Tables {
  readonly rooms: Readonly<Record<string, RoomTable>>;
  readonly testsMayAlso: Readonly<Record<string, RoomTable>>;
}

interface Address {
  readonly pkg: string;
  readonly room: string;
}

/** Which package and room a path is in. */
export function addressOf(path: string): Address {
  const inside = /^packages\/(\w+)\/(?:src\/)?([^/]+)/.exec(path);
  if (inside !== null) return { pkg: inside[1]!, room: inside[2]! };
  const top = /^(bench|test)\/([^/]+)/.exec(path);
  return top === null ? { pkg: "root", room: path } : { pkg: top[1]!, room: top[2]! };
}

/** Rooms import what the table allows, and nothing else. */
export function foreignArrows(tree: Tree, tables: Tables): Offence[] {
  return tree.flatMap((source) => {
    const { pkg, room } = addressOf(source.path);
    if (tables.rooms[pkg]?.[room] === undefined) {
      return [offence(source, `room ${pkg}/${room} is not in the table`)];
    }
    return parse(source).imports.flatMap((one) => {
      const says = refusal(source, one, tables);
      return says === undefined ? [] : [offence(source, `imports ${one.target}: ${says}`)];
    });
  });
}

function refusal(source: Source, { path }: Import, tables: Tables): string | undefined {
  if (path === undefined || !isSource(path)) return undefined;
  const from = addressOf(source.path);
  const to = addressOf(path);
  if (from.pkg === to.pkg && from.room === to.room) return undefined;
  const allowed = [
    ...tables.rooms[from.pkg]![from.room]!,
    ...(isTest(source.path)
      ? ["testing", ...(tables.testsMayAlso[from.pkg]?.[from.room] ?? [])]
      : []),
  ];
  const name = from.pkg === to.pkg ? to.room : `${to.pkg}/${to.room}`;
  return allowed.includes(name) ? undefined : `${from.pkg}/${from.room} may not use ${name}`;
}

/** The table itself points downward only, so that rooms and packages can make no circle. */
export function upwardArrows({ rooms }: Tables): Offence[] {
  const order = Object.entries(rooms).flatMap(([pkg, table]) => {
    return Object.keys(table).map((room) => `${pkg}/${room}`);
  });
  return Object.entries(rooms).flatMap(([pkg, table]) =>
    Object.entries(table).flatMap(([room, allowed]) => {
      const own = `${pkg}/${room}`;
      return allowed
        .map((name) => (name.includes("/") ? name : `${pkg}/${name}`))
        .filter((name) => !(order.indexOf(name) < order.indexOf(own)) || !order.includes(name))
        .map((name) => ({ path: own, says: `${own} points upward to ${name}` }));
    }),
  );
}

/** Nobody goes through a package's own door, or by its own name, from inside. */
export function insideOutArrows(tree: Tree): Offence[] {
  return tree.flatMap((source) => {
    const own = /^packages\/(\w+)\/src\/.+/.exec(source.path)?.[1];
    if (own === undefined || isTest(source.path)) return [];
    return parse(source).imports.flatMap(({ target, path }) => {
      const door =
        path !== undefined && /(^|\/)index\.tsx?$/.test(path) && addressOf(path).pkg === own;
      const name = target === `@foreshock/${own}` || target.startsWith(`@foreshock/${own}/`);
      return door || name ? [offence(source, `imports ${target}: the index is for guests`)] : [];
    });
  });
}

function offence({ path }: Source, says: string): Offence {
  return { path, says };
}
