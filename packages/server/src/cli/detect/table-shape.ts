import { largestOf, smallestOf } from "@foreshock/core/fold";
import type { CsvTable } from "../../files/csv-table.ts";
import { joinedSteps, rowsOfColumn, type Steps } from "./joined-columns.ts";

/** One entity of a file: whose rows they are, in the order of time. */
export interface EntityRows {
  /** Index into `table.entities`. */
  readonly entity: number;
  /** Row numbers by time; rows of one instant keep their order, what is written twice is here once. */
  readonly rows: Int32Array;
  /** By value column: the same rows, or those with a value where most rows are other columns'. */
  readonly columns: readonly Int32Array[];
}

export interface NodeShape {
  readonly cluster: string;
  readonly node: string;
  /** The entities of the node: several where a column names the metric. */
  readonly members: readonly EntityRows[];
  readonly steps: Steps;
}

export interface ClusterShape {
  readonly cluster: string;
  readonly nodes: readonly NodeShape[];
  readonly steps: Steps;
}

/** Whether columns of an entity have points of their own, at other instants than its rows. */
export function isSparse({ rows, columns }: EntityRows): boolean {
  return columns.some((own) => own !== rows);
}

/** So many times the instants of any one entity: then entities have instants of their own. */
const OWN_INSTANTS_FACTOR = 1.5;
/** Rows of each entity by which that is told. */
const LOOK_ROWS = 50;

/** How the rows of a file fall into clusters, nodes and series, each in order of appearance. */
export interface TableShape {
  readonly clusters: readonly ClusterShape[];
  readonly nodes: readonly NodeShape[];
  /** Position of a row in the time order of its entity. */
  readonly placeOf: Int32Array;
}

/** Cost: one sort of the rows of each entity that is not sorted already. */
export function tableShape(table: CsvTable): TableShape {
  const members = entityRows(table);
  const placeOf = new Int32Array(table.rowCount);
  for (const { rows } of members) {
    for (let place = 0; place < rows.length; place++) placeOf[rows[place]!] = place;
  }
  for (const [row, counts] of table.twice ?? []) placeOf[row] = placeOf[counts]!;
  const clusters: ClusterShape[] = [];
  for (const [cluster, ofCluster] of groupedBy(members, ({ entity }) => clusterOf(table, entity))) {
    const nodes = [...groupedBy(ofCluster, ({ entity }) => table.entities[entity]!.node)].map(
      ([node, ofNode]) => ({ cluster, node, members: ofNode, steps: stepsOf(table, ofNode) }),
    );
    const steps = nodes.length === 1 ? nodes[0]!.steps : stepsOf(table, ofCluster);
    clusters.push({ cluster, nodes, steps });
  }
  return { clusters, nodes: clusters.flatMap(({ nodes }) => nodes), placeOf };
}

function clusterOf({ entities }: CsvTable, entity: number): string {
  return entities[entity]!.cluster;
}

function entityRows(table: CsvTable): EntityRows[] {
  const { entities, entityOf, timestampsMs, rowCount, twice } = table;
  const counts = new Int32Array(entities.length);
  for (let row = 0; row < rowCount; row++) counts[entityOf[row]!]!++;
  for (const row of twice?.keys() ?? []) counts[entityOf[row]!]!--;
  const all = entities.map((_, entity) => new Int32Array(counts[entity]!));
  counts.fill(0);
  for (let row = 0; row < rowCount; row++) {
    const entity = entityOf[row]!;
    if (twice?.has(row) !== true) all[entity]![counts[entity]!++] = row;
  }
  return all.map((rows, entity) => {
    sortByTime(rows, timestampsMs);
    return { entity, rows, columns: table.columns.map((values) => rowsOfColumn(values, rows)) };
  });
}

/** Stable: rows of one instant stay in the order of the file. */
function sortByTime(rows: Int32Array, timestampsMs: Float64Array): void {
  let sorted = true;
  for (let i = 1; i < rows.length && sorted; i++) {
    sorted = timestampsMs[rows[i - 1]!]! <= timestampsMs[rows[i]!]!;
  }
  if (!sorted) rows.sort((a, b) => timestampsMs[a]! - timestampsMs[b]! || a - b);
}

/**
 * A lone entity has one step per row, repeated stamps included, so that every row of a narrow or wide
 * file gets its node row. Several entities meet at their instants, or where these are not the same ones, as
 * with nodes that are scraped at a second of their own, in steps.
 */
function stepsOf(table: CsvTable, members: readonly EntityRows[]): Steps {
  const { timestampsMs } = table;
  const joined = () =>
    joinedSteps(
      timestampsMs,
      members.flatMap(({ columns }) => columns),
    );
  if (members.some(isSparse) || haveOwnInstants(timestampsMs, members)) return joined();
  if (members.length === 1) {
    const { rows } = members[0]!;
    return { timestampsMs: Float64Array.from(rows, (row) => timestampsMs[row]!), lastRow: rows };
  }
  const lastRowAt = new Map<number, number>();
  for (const { rows } of members) {
    for (const row of rows) {
      const at = timestampsMs[row]!;
      lastRowAt.set(at, Math.max(row, lastRowAt.get(at) ?? -1));
    }
  }
  const steps = Float64Array.from(lastRowAt.keys()).sort();
  return { timestampsMs: steps, lastRow: Int32Array.from(steps, (at) => lastRowAt.get(at)!) };
}

/** Told from the first rows, so that later ones change nothing before them. */
function haveOwnInstants(timestampsMs: Float64Array, members: readonly EntityRows[]): boolean {
  if (members.length === 1) return false;
  const looked = members.map(({ rows }) =>
    Array.from(rows.subarray(0, LOOK_ROWS), (row) => timestampsMs[row]!),
  );
  const untilMs = smallestOf(looked.map((times) => times.at(-1) ?? Number.POSITIVE_INFINITY));
  const seen = looked.map((times) => times.filter((atMs) => atMs <= untilMs));
  const most = largestOf(seen.map(({ length }) => length));
  return new Set(seen.flat()).size > OWN_INSTANTS_FACTOR * most;
}

function groupedBy<Item>(items: readonly Item[], nameOf: (item: Item) => string) {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
