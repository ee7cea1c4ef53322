import type { PageTable } from "../../page-table.ts";
import type { FleetFigures } from "../protocol/fleets.ts";
import { num } from "./cells.ts";

/** Whole fleets: is the promise kept at every level, and are faults found under the budget? */
export function fleetTables({ healthy, faults }: FleetFigures): PageTable[] {
  return [promiseTable(healthy), faultTable(faults)];
}

function promiseTable(healthy: FleetFigures["healthy"]): PageTable {
  return {
    title: "Generated fleets without a fault: promised and realised",
    notes: [
      "3 tenants x 80 nodes x 12 metrics x 28 days at five minutes; correlation = what load metrics of a node have in common (0.7 of it across a cluster).",
      "Numbers are realised over promised alarms at once in 1 / 7 / 30 days, from day 4 on; findings are what a person would have been shown in 28 days, from the first day on.",
    ],
    header: [
      "correlation",
      "metric",
      "node",
      "cluster",
      "tenant",
      "findings at one a week",
      "at one a month",
    ],
    rows: healthy.map(({ correlation, ratios, findings }) => [
      String(correlation),
      ...(["metric", "node", "cluster", "tenant"] as const).map((level) =>
        [...(ratios.get(level)?.values() ?? [])].map((ratio) => num(ratio)).join(" / "),
      ),
      ...[...findings.values()].map(
        ({ opened, promised }) => `${opened} (${num(promised, 1)} promised)`,
      ),
    ]),
  };
}

function faultTable(faults: FleetFigures["faults"]): PageTable {
  return {
    title: "Generated fleets with a fault",
    notes: [
      "One fault of 1 to 4 hours in each of 12 tenants of 80 nodes x 12 metrics; sizes in noises. First: the smallest p of the tenant's nodes (or clusters) is the fault's.",
    ],
    header: [
      "fault",
      "size",
      "found at one a week / month",
      "place first",
      "findings a fault",
      "level and place right",
    ],
    rows: faults.map((one) => [
      one.shape,
      String(one.size),
      [...one.found.values()].map((share) => num(share)).join(" / "),
      num(one.placeFirst),
      num(one.findingsEach),
      num(one.levelRight),
    ]),
  };
}
