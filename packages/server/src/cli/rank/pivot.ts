import type { RankColumn } from "@foreshock/core/fold";
import type { CsvTable } from "../../files/csv-table.ts";
import { metricNameOf } from "../../files/entities.ts";

/** The metrics of one cluster side by side, one row per instant. */
export interface ClusterPivot {
  readonly cluster: string;
  /** In order of appearance in the file. */
  readonly columns: readonly RankColumn[];
  /** Ascending; only instants at which some metric has a value. */
  readonly timestampsMs: Float64Array;
  /** By column, NaN = missing; of two values at one instant the later row's counts. */
  readonly values: readonly Float64Array[];
}

interface Draft {
  readonly columns: RankColumn[];
  readonly times: Set<number>;
  /** Rows and value columns of the file that fill each column. */
  readonly sources: { readonly entity: number; readonly values: Float64Array }[];
}

/** Rows before `endMs`, cluster by cluster. What comes later is not looked at, names included. */
export function pivotClusters(table: CsvTable, endMs: number): ClusterPivot[] {
  const drafts = new Map<string, Draft>();
  const seen = new Uint8Array(table.entities.length);
  const draftOf: Draft[] = new Array(table.entities.length);
  for (let row = 0; row < table.rowCount; row++) {
    const at = table.timestampsMs[row]!;
    if (at >= endMs) continue;
    const entity = table.entityOf[row]!;
    if (seen[entity] === 0) {
      seen[entity] = 1;
      draftOf[entity] = withEntity(drafts, table, entity);
    }
    const known = table.columns.some((column) => !Number.isNaN(column[row]!));
    if (known) draftOf[entity]!.times.add(at);
  }
  return [...drafts].map(([cluster, draft]) => pivotOf(cluster, draft, table, endMs));
}

function withEntity(drafts: Map<string, Draft>, table: CsvTable, entity: number): Draft {
  const { cluster, node } = table.entities[entity]!;
  const draft = drafts.get(cluster) ?? { columns: [], times: new Set<number>(), sources: [] };
  drafts.set(cluster, draft);
  table.columns.forEach((values, k) => {
    const metricName = metricNameOf(table.layout, table.entities[entity]!, k);
    draft.columns.push({ nodeId: node, metricName });
    draft.sources.push({ entity, values });
  });
  return draft;
}

function pivotOf(cluster: string, draft: Draft, table: CsvTable, endMs: number): ClusterPivot {
  const timestampsMs = Float64Array.from(draft.times).sort();
  const rowAt = new Map<number, number>();
  timestampsMs.forEach((at, i) => void rowAt.set(at, i));
  const values = draft.columns.map(() => new Float64Array(timestampsMs.length).fill(Number.NaN));
  const columnsOf = new Map<number, number[]>();
  draft.sources.forEach(({ entity }, c) => {
    const columns = columnsOf.get(entity);
    if (columns === undefined) columnsOf.set(entity, [c]);
    else columns.push(c);
  });
  for (let row = 0; row < table.rowCount; row++) {
    const at = rowAt.get(table.timestampsMs[row]!);
    if (at === undefined || table.timestampsMs[row]! >= endMs) continue;
    for (const c of columnsOf.get(table.entityOf[row]!) ?? []) {
      const value = draft.sources[c]!.values[row]!;
      if (!Number.isNaN(value)) values[c]![at] = value;
    }
  }
  return { cluster, columns: draft.columns, timestampsMs, values };
}
