import { largestOf, smallestOf } from "@foreshock/core/fold";
import type { Measures } from "../goals/goals.ts";
import type { AccuracyRun, NodeRow, RootRow, SetRow } from "./accuracy-run.ts";
import type { FleetFigures } from "./protocol/fleets.ts";

type Entry = readonly [name: string, value: number];

/** Numbers that were not measured in this run are not there; NaN is left out too. */
export function measuresOf(run: AccuracyRun): Measures {
  const entries = [
    ...[...run.univariate].flatMap(([set, rows]) => rows.flatMap((row) => ofSet(set, row))),
    ...[...run.nodes].flatMap(([set, rows]) => rows.flatMap((row) => ofNodes(set, row))),
    ...[...run.roots].flatMap(([set, rows]) => rows.flatMap((row) => ofRoots(set, row))),
    ...[...run.healthy].flatMap(([group, { reaching }]) =>
      [...reaching].map(([level, share]): Entry => [`healthy@${level}/${group}`, share]),
    ),
    ...ofOpenings(run),
    ...ofGenerated(run),
  ];
  return new Map(entries.filter(([, value]) => !Number.isNaN(value)));
}

function ofSet(set: string, { detector, quality, nab }: SetRow): Entry[] {
  const place = `${detector}/${set}`;
  return [
    [`vus-pr/${place}`, quality.vusPr],
    [`vus-roc/${place}`, quality.vusRoc],
    [`auc-pr/${place}`, quality.aucPr],
    [`auc-roc/${place}`, quality.aucRoc],
    ...[...quality.alarms].flatMap(([level, alarms]): Entry[] => [
      [`precision@${level}/${place}`, alarms.precision],
      [`recall@${level}/${place}`, alarms.recall],
      [`f1@${level}/${place}`, alarms.f1],
      [`false@${level}/${place}`, alarms.falsePerDay],
    ]),
    ...Object.entries(nab?.best ?? {}).map(
      ([profile, score]): Entry => [`nab-best-${profile}/${place}`, score],
    ),
  ];
}

function ofNodes(set: string, { detector, vusPr, quality }: NodeRow): Entry[] {
  const place = `${detector}/${set}`;
  if (quality === undefined) return [[`node-vus-pr/${place}`, vusPr]];
  const { topThreeVusPr, stageAVusPr, attribution } = quality;
  const late = ["", "-late"];
  return [
    [`node-vus-pr/${place}`, vusPr],
    [`node-order-vus-pr/${place}`, Math.max(topThreeVusPr, stageAVusPr)],
    ...attribution.flatMap((one, k): Entry[] => [
      [`hit-rate-100${late[k]}/${place}`, one.at100],
      [`hit-rate-150${late[k]}/${place}`, one.at150],
      [`first-metric${late[k]}/${place}`, one.firstRight],
    ]),
  ];
}

function ofRoots(set: string, { ranking, rules, byGroup }: RootRow): Entry[] {
  const how = `${ranking}${rules.graph === "with-graph" ? "+graph" : ""}${rules.lateMs > 0 ? "+late" : ""}`;
  return [...byGroup].flatMap(([group, quality]): Entry[] => [
    [`as1/${how}/${set}/${group}`, quality.as1],
    [`avg5/${how}/${set}/${group}`, quality.avg5],
  ]);
}

function ofOpenings({ openings }: AccuracyRun): Entry[] {
  return openings.flatMap(({ set, promiseDays, quality }): Entry[] => [
    [`opening-f1@${promiseDays}/${set}`, quality.openings.f1],
    [`opening-false@${promiseDays}/${set}`, quality.openings.falsePerDay],
    ...Object.entries(quality.nab).map(
      ([profile, score]): Entry => [`opening-nab-${profile}@${promiseDays}/${set}`, score],
    ),
  ]);
}

/** Of the four kinds of level shift the least favourable counts. */
function ofGenerated({ generated }: AccuracyRun): Entry[] {
  if (generated === undefined) return [];
  const { clean, shifts, badWeeks, labels } = generated;
  return [
    ...[...clean.alarms].map(([days, alarms]): Entry => [`clean@${days}-days`, alarms]),
    ["clean-worst-kind@30-days", clean.worstAlarms],
    ["shift-during", largestOf(shifts.map((one) => one.openingsDuring))],
    ["shift-after", largestOf(shifts.map((one) => one.openingsAfter))],
    ["shift-raised", smallestOf(shifts.map((one) => one.stillRaised))],
    ["shift-early", smallestOf(shifts.map((one) => one.foundEarly))],
    ["bad-week-opened", badWeeks.opened],
    ["bad-week-false", badWeeks.falsePerDay],
    ["labels", labels.labels],
    ["kinds", labels.kinds],
    ...[...labels.byLabel].map(([label, share]): Entry => [`label-${label}`, share]),
  ];
}

/** Of the healthy fleets the highest and the lowest ratio count; findings are means. */
export function fleetMeasures({ healthy, faults }: FleetFigures): Measures {
  const ratios = [...healthy[0]!.ratios].flatMap(([level, byDays]) =>
    [...byDays.keys()].flatMap((days): Entry[] => {
      const all = healthy.map((fleet) => fleet.ratios.get(level)!.get(days)!);
      return [
        [`fleet-highest@${days}/${level}`, largestOf(all)],
        [`fleet-lowest@${days}/${level}`, smallestOf(all)],
      ];
    }),
  );
  const findings = [...healthy[0]!.findings.keys()].map((budget): Entry => {
    const opened = healthy.map((fleet) => fleet.findings.get(budget)!.opened);
    const mean = opened.reduce((sum, count) => sum + count, 0) / opened.length;
    return [`fleet-findings@${budget}`, mean];
  });
  const found = faults.flatMap((one): Entry[] => [
    ...[...one.found].map(([days, share]): Entry => [`fault-found@${days}/${one.shape}`, share]),
    [`fault-first/${one.shape}`, one.placeFirst],
    [`fault-findings/${one.shape}`, one.findingsEach],
    [`fault-level/${one.shape}`, one.levelRight],
  ]);
  return new Map([...ratios, ...findings, ...found].filter(([, value]) => !Number.isNaN(value)));
}
