import type { CsvTable } from "../../files/csv-table.ts";

/** One entity of a file: whose rows they are, in the order of time. */
export interface EntityRows {
  /** Index into `table.entities`. */
  readonly entity: number;
  /** Row numbers by time; rows of one instant keep their order in the file. */
  readonly rows: Int32Array;
}

/** The steps of a node or cluster: one instant each, or one row each where there is one entity. */
export interface Steps {
  readonly timestampsMs: Float64Array;
  /** The last row of the file that belongs to the step; the step's own row is written after it. */
  readonly lastRow: Int32Array;
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

function entityRows({ entities, entityOf, timestampsMs, rowCount }: CsvTable): EntityRows[] {
  const counts = new Int32Array(entities.length);
  for (let row = 0; row < rowCount; row++) counts[entityOf[row]!]!++;
  const all = entities.map((_, entity) => ({ entity, rows: new Int32Array(counts[entity]!) }));
  counts.fill(0);
  for (let row = 0; row < rowCount; row++) {
    const entity = entityOf[row]!;
    all[entity]!.rows[counts[entity]!++] = row;
  }
  for (const { rows } of all) sortByTime(rows, timestampsMs);
  return all;
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
 * file gets its node row. Several entities meet at their instants.
 */
function stepsOf({ timestampsMs }: CsvTable, members: readonly EntityRows[]): Steps {
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
