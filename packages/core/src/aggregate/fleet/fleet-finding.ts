import type { AlarmOutcome } from "../../model/alarm-outcome.ts";
import type { SeriesNumber } from "../../model/series-number.ts";
import type { BudgetMemory } from "../alert-budget.ts";

/** An entity that is put before a person under the tenant's alert budget. */
export interface FleetFinding {
  /** The same for the same place and opening step in every run. */
  readonly id: string;
  readonly level: "node" | "cluster";
  readonly clusterId: string;
  /** Undefined for a finding of a whole cluster. */
  readonly nodeId: string | undefined;
  /** Start of the step that opened it. */
  readonly openedMs: number;
  /** End of the tenth quiet step; undefined while open. */
  readonly closedMs: number | undefined;
  /** Start of the last step that kept it open. */
  readonly raisedMs: number;
  /**
   * What keeps it open, and at the end what it came to: `open` = it is unusual (closed: it passed);
   * `held` = its metrics are still away from what was usual before, though that is learnt by now;
   * `accepted` = they were for three days, the new normal; `recovered` = they are back.
   */
  readonly outcome: AlarmOutcome;
  /**
   * How rare it is in this fleet: the tenant's return period without other findings, in days, capped by the
   * tenant's age; the largest so far of the opening step and of those at which the entity was worse than before.
   */
  readonly tenantDays: number;
  /** Smallest p of the entity so far, its return period capped by its age, and the step's start. */
  readonly entityP: number;
  readonly entityDays: number;
  readonly peakMs: number;
  /** A third of the entity's children (and at least three) moved at once, at the peak. */
  readonly whole: boolean;
  /** Nodes with p <= 0.02 at the peak, smallest first; the node itself for a node finding. */
  readonly members: readonly FindingMember[];
  /** Who did what at the peak, most nodes first; left out in findings of before release 0.3. */
  readonly moved?: readonly MovedMetric[];
  /** Nodes of it that sent nothing at all at the peak and are missed; left out like `moved`. */
  readonly silentNodes?: number;
  /** What the members' metrics add to the evidence at the peak, largest first; shares add up to 1. */
  readonly contributions: readonly FindingContribution[];
  /** Opened while another one was open, with that one's entity taken out. */
  readonly second: boolean;
}

export interface FindingMember {
  readonly nodeId: string;
  readonly p: number;
}

/** On how many nodes of the finding's place a metric did something at once. */
export interface MovedMetric {
  readonly metricName: string;
  /** Nodes on which it was unusual, those included on which it is missed. */
  readonly nodes: number;
  /** Nodes on which it is missed. */
  readonly silent: number;
}

export interface FindingContribution {
  /** The number that `addSeries` gave. */
  readonly series: SeriesNumber;
  readonly p: number;
  readonly share: number;
}

/** A finding with the numbers of its place. */
export interface OpenFinding {
  readonly finding: FleetFinding;
  readonly cluster: number;
  /** -1 for a cluster's. */
  readonly node: number;
  readonly lastRaised: number;
}

/** All that findings remember from one step to the next; never changed in place. */
export interface FindingsMemory {
  readonly budget: BudgetMemory;
  readonly open: readonly OpenFinding[];
}

export const NO_FINDINGS: FindingsMemory = { budget: [], open: [] };

/** Made of facts that every run agrees on. */
export function findingId(openedMs: number, clusterId: string, nodeId: string | undefined): string {
  const place = nodeId === undefined ? `cluster\0${clusterId}` : `node\0${clusterId}\0${nodeId}`;
  return `fnd_${openedMs.toString(36)}_${hash(place, 0x811c9dc5)}${hash(place, 0x01000193)}`;
}

/** FNV-1a over UTF-16 units, 32 bits in hexadecimal. */
function hash(text: string, seed: number): string {
  let value = seed;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value.toString(16).padStart(8, "0");
}
