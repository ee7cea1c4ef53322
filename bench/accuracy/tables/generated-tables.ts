import { MINUTE_MS } from "@foreshock/core/fold";
import type { PageTable } from "../../page-table.ts";
import type { AccuracyRun } from "../accuracy-run.ts";
import { num } from "./cells.ts";

export function generatedTables({ generated }: AccuracyRun): PageTable[] {
  if (generated === undefined) return [];
  const { clean, shifts, badWeeks, labels } = generated;
  return [cleanTable(clean), shiftTable(shifts), badWeekTable(badWeeks), labelTable(labels)];
}

type Generated = NonNullable<AccuracyRun["generated"]>;

function cleanTable(clean: Generated["clean"]): PageTable {
  return {
    title: "Generated metrics: is the promise kept?",
    notes: [
      `Ten kinds of clean metrics, 6 seeds, 21 days each at one minute, the first days included: alarms a series-month, mean of the kinds. The worst kind at once a month: ${clean.worstKind}, ${num(clean.worstAlarms, 1)}.`,
    ],
    header: ["promise", "promised", "came"],
    rows: [...clean.alarms].map(([days, alarms]) => [
      `once in ${days} days`,
      num(30 / days, 1),
      num(alarms),
    ]),
  };
}

function shiftTable(shifts: Generated["shifts"]): PageTable {
  return {
    title: "Generated metrics: a level shift of 48 hours",
    notes: [
      `${shifts[0]?.cases ?? 0} shifts a row; all but the first figure are of those found within 6 hours.`,
    ],
    header: [
      "sampling",
      "size, noises",
      "found < 6 h",
      "openings during it",
      "in the day after",
      "alarm score >= 0.75 at hour 47",
    ],
    rows: shifts.map((one) => [
      `${one.intervalMs / MINUTE_MS} min`,
      String(one.size),
      num(one.foundEarly),
      num(one.openingsDuring),
      num(one.openingsAfter),
      num(one.stillRaised),
    ]),
  };
}

function badWeekTable(badWeeks: Generated["badWeeks"]): PageTable {
  return {
    title: "Generated metrics: six faults within days",
    notes: [
      `${badWeeks.faults} faults of 12 to 30 noises, 10 minutes to 6 hours long, 8 to 26 hours apart, at 1 and 5 minutes: share with an alarm opening of their own, and openings elsewhere.`,
    ],
    header: [
      "opened",
      ...badWeeks.openedByTurn.map((_, turn) => `fault ${turn + 1}`),
      "false a series-day",
    ],
    rows: [
      [
        num(badWeeks.opened),
        ...badWeeks.openedByTurn.map((share) => num(share)),
        num(badWeeks.falsePerDay, 3),
      ],
    ],
  };
}

function labelTable(labels: Generated["labels"]): PageTable {
  return {
    title: "Generated faults: what they are called",
    notes: [
      `${labels.cases} faults of 6 and 12 noise sizes on nine kinds of metrics; ${num(labels.detected)} of them reach 0.75. Of these, right:`,
    ],
    header: ["label", "kind", ...[...labels.byLabel.keys()].map((label) => `label ${label}`)],
    rows: [
      [
        num(labels.labels, 3),
        num(labels.kinds, 3),
        ...[...labels.byLabel.values()].map((share) => num(share)),
      ],
    ],
  };
}
