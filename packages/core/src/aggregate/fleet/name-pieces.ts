import { unreadable } from "../../model/state-bytes.ts";
import type { FleetDirectory } from "./fleet-directory.ts";
import { jsonBytes, NO_STEP, PIECE, type Piece, readJson } from "./piece.ts";

/** Names of a piece. */
const CHUNK_NAMES = 1024;
/** Longest name that is read back: what no door lets in was not written by us. */
const NAME_LENGTH_MAX = 4096;

/** How many of each have a number. */
export interface SavedNames {
  readonly clusters: number;
  readonly nodes: number;
  readonly series: number;
}

/** Names by number, without those chunks that are full and saved already. */
export function* namePieces(
  { clusterIds, nodeIds, nodeCluster, metricNames, seriesNode }: FleetDirectory,
  saved: SavedNames = { clusters: 0, nodes: 0, series: 0 },
): Generator<Piece> {
  yield* chunksOf(PIECE.clusterNames, clusterIds.length, saved.clusters, (c) => clusterIds[c]!);
  yield* chunksOf(PIECE.nodeNames, nodeIds.length, saved.nodes, (n) => [
    nodeIds[n]!,
    nodeCluster[n]!,
  ]);
  yield* chunksOf(PIECE.seriesNames, metricNames.length, saved.series, (s) => [
    metricNames[s]!,
    seriesNode[s]!,
  ]);
}

function* chunksOf(
  kind: number,
  count: number,
  saved: number,
  entry: (number: number) => unknown,
): Generator<Piece> {
  if (count === saved) return;
  const first = Math.floor(saved / CHUNK_NAMES);
  for (let chunk = first; chunk * CHUNK_NAMES < count; chunk++) {
    const from = chunk * CHUNK_NAMES;
    const length = Math.min(CHUNK_NAMES, count - from);
    const bytes = jsonBytes(Array.from({ length }, (_, i) => entry(from + i)));
    yield { kind, chunk, step: NO_STEP, bytes };
  }
}

/** Names that are read before the series that belong to them. */
export interface NamesRead {
  readonly clusterIds: string[];
  readonly nodes: (readonly [nodeId: string, cluster: number])[];
}

/** Takes a piece of names back, in the order in which they were given. @throws Refusal "state/unreadable" */
export function readNames(
  { kind, bytes }: Piece,
  { clusterIds, nodes }: NamesRead,
  directory: FleetDirectory,
): void {
  const entries = readJson(bytes);
  if (!Array.isArray(entries)) throw unreadable("names are not a list");
  for (const entry of entries) {
    if (kind === PIECE.clusterNames) {
      clusterIds.push(nameOf(entry));
    } else if (kind === PIECE.nodeNames) {
      nodes.push([nameOf(entry?.[0]), numberOf(entry?.[1], clusterIds.length)]);
    } else {
      const [nodeId, cluster] = nodes[numberOf(entry?.[1], nodes.length)]!;
      const wanted = directory.metricNames.length;
      const number = directory.add(clusterIds[cluster]!, nodeId, nameOf(entry?.[0]));
      if (number !== wanted) throw unreadable("a series is there twice", { series: wanted });
    }
  }
}

function nameOf(name: unknown): string {
  if (typeof name === "string" && name.length <= NAME_LENGTH_MAX && !name.includes("\0"))
    return name;
  throw unreadable("a name is not one");
}

function numberOf(number: unknown, count: number): number {
  if (Number.isInteger(number) && (number as number) >= 0 && (number as number) < count) {
    return number as number;
  }
  throw unreadable("a number of nobody", { number });
}
