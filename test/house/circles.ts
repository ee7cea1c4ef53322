import { parse } from "./parse.ts";
import { isTest, type Offence, type Tree } from "./tree.ts";

type Graph = ReadonlyMap<string, readonly string[]>;

/** No file reaches itself through imports, of types or otherwise: each can be read by itself. */
export function fileCircles(tree: Tree): Offence[] {
  const graph = new Map(
    tree.map((source) => {
      const paths = parse(source).imports.flatMap(({ path, byUrl }) => (byUrl ? [] : [path]));
      return [source.path, paths.filter((path) => path !== undefined)];
    }),
  );
  return circlesIn(graph).map((circle) => offence(circle, "files import each other"));
}

/** The wings of a room, its folders, make no circle either. */
export function wingCircles(tree: Tree): Offence[] {
  const graph = new Map<string, string[]>();
  for (const source of tree) {
    const from = wingOf(source.path);
    if (from === undefined || isTest(source.path)) continue;
    const targets = graph.get(from) ?? [];
    graph.set(from, targets);
    for (const { path } of parse(source).imports) {
      const to = path === undefined ? undefined : wingOf(path);
      if (to !== undefined && to !== from) targets.push(to);
    }
  }
  return circlesIn(graph).map((circle) => offence(circle, "wings import each other"));
}

function wingOf(path: string): string | undefined {
  return /^(?:packages\/\w+\/src|bench|test)\/[\w-]+\/[\w-]+(?=\/)/.exec(path)?.[0];
}

function offence(circle: readonly string[], says: string): Offence {
  const names = [...circle].sort();
  return { path: names[0]!, says: `${says}: ${names.join(", ")}` };
}

/** Strongly connected parts with more than one member, or with an arrow to themselves. Source: Tarjan, 1972. */
function circlesIn(graph: Graph): string[][] {
  const found: string[][] = [];
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (name: string): number => {
    const own = low.size;
    low.set(name, own);
    stack.push(name);
    let least = own;
    for (const next of graph.get(name)!) {
      if (!graph.has(next)) continue;
      if (!low.has(next)) least = Math.min(least, visit(next));
      else if (stack.includes(next)) least = Math.min(least, low.get(next)!);
    }
    low.set(name, least);
    if (least === own) {
      const part = stack.splice(stack.indexOf(name));
      if (part.length > 1 || graph.get(name)!.includes(name)) found.push(part);
    }
    return least;
  };
  for (const name of graph.keys()) if (!low.has(name)) visit(name);
  return found;
}
