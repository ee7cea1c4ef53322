import type { FindingsMemory } from "./fleet-finding.ts";
import { GroupRow, LevelRow } from "./level-row.ts";

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
  };
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
