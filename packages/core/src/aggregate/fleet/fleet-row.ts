import { ByteWriter } from "./column-bytes.ts";
import { type FindingsMemory, NO_FINDINGS } from "./fleet-finding.ts";
import { GroupRow, LevelRow } from "./level-row.ts";
import { jsonBytes, PIECE, readJson, readPiece } from "./piece.ts";

interface RowHeader extends Pick<FleetRow, "before" | "opened"> {}

/** How many entities there are: a row has no more. */
interface RowCounts {
  readonly nodes: { readonly count: number };
  readonly clusters: { readonly count: number };
  readonly tenant: { readonly count: number };
}

/** All levels of one step. */
export interface FleetRow {
  readonly step: number;
  readonly nodes: LevelRow;
  readonly clusters: GroupRow;
  readonly tenant: GroupRow;
  /** Findings as they stood before this step. */
  before: FindingsMemory;
  /** Ids of the findings that this step opened. */
  opened: readonly string[];
  /** Something of it is not saved yet. */
  isChanged: boolean;
  /** It is where it is saved, and nothing of it here: the history reads it back before it gives it to anybody. */
  isResting: boolean;
}

export function fleetRow(step: number, before: FindingsMemory): FleetRow {
  return {
    step,
    nodes: new LevelRow(),
    clusters: new GroupRow(),
    tenant: new GroupRow(),
    before,
    opened: [],
    isChanged: true,
    isResting: false,
  };
}

/** A row that is saved. */
export function restingRow(step: number): FleetRow {
  return { ...fleetRow(step, NO_FINDINGS), isChanged: false, isResting: true };
}

/** Lets go of what is saved of a row. */
export function restRow(row: FleetRow): void {
  for (const level of [row.nodes, row.clusters, row.tenant]) level.release();
  row.before = NO_FINDINGS;
  row.opened = [];
  row.isResting = true;
}

/** Reads into a row what was saved of it. @throws Refusal "state/unreadable" */
export function readRow(row: FleetRow, bytes: Uint8Array, bank: RowCounts): void {
  readPiece({ kind: PIECE.row, chunk: 0, step: row.step, bytes }, (reader) => {
    const header = readJson(reader.octets(reader.number())) as RowHeader;
    row.before = header.before;
    row.opened = header.opened;
    row.nodes.read(reader, bank.nodes.count);
    row.clusters.read(reader, bank.clusters.count);
    row.tenant.read(reader, bank.tenant.count);
    reader.end();
  });
  row.isChanged = false;
  row.isResting = false;
}

/** A row as it is saved. */
export function rowBytes({ before, opened, nodes, clusters, tenant }: FleetRow): Uint8Array {
  const header: RowHeader = { before, opened };
  const text = jsonBytes(header);
  const writer = new ByteWriter();
  writer.number(text.length);
  writer.column(text);
  nodes.write(writer);
  clusters.write(writer);
  tenant.write(writer);
  return writer.bytes();
}

/** The rows that are kept, by step. */
export interface RowsByStep {
  /** Visits the rows of the steps [from, end), ascending. */
  between(from: number, end: number, visit: (row: FleetRow) => void): void;
}

/** A step as it looks when some entities are taken out. */
export interface FleetWithout {
  readonly nodeP: Float64Array;
  readonly clusterP: Float64Array;
  /** After the second look. */
  readonly tenantP: number;
}
