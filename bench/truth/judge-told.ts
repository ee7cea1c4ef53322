import type { AnomalyRow, FindingRow } from "@foreshock/client";
import { type AnomalyKind, LABEL_OF_KIND, type RareFor, rarityWords } from "@foreshock/core/fold";
import { type Moment, nameOf, type Reading } from "./play-fleet.ts";
import { saidNumbers } from "./sentence-numbers.ts";
import type { TruthFault, TruthFleet, TruthPart } from "./truth-fleet.ts";
import type { Done } from "./truth-plan.ts";

/** One thing that was told beside what was done. Shares are made of the ones that are defined. */
export interface Judged {
  readonly fleet: string;
  readonly stepMs: number;
  readonly done: Done;
  readonly size: number;
  readonly moment: Moment;
  readonly what: "finding" | "anomaly";
  readonly isFound: boolean;
  /** Told minus true, in steps. */
  readonly onsetSteps?: number;
  readonly kind?: AnomalyKind;
  readonly isKindRight?: boolean;
  readonly isLabelRight?: boolean;
  /** Open while it lasts, over after it. */
  readonly isStateRight?: boolean;
  /** Told end minus true, in steps; where it is told to be over. */
  readonly endSteps?: number;
  /** Contributing metrics that began at other times are in the right order. */
  readonly isOrderRight?: boolean;
  readonly isPlaceRight?: boolean;
  /** Nodes counted in the sentence. */
  readonly areNodesRight?: boolean;
  readonly isActualRight?: boolean;
  readonly isTypicalRight?: boolean;
  readonly isDirectionRight?: boolean;
  readonly isRarityRight?: boolean;
  readonly text?: string;
}

/** An alarm to people: what lies below is not expected to be told. */
const ALARM_SCORE = 0.75;
/** A told number is rounded to two digits. */
const ROUNDED = 0.051;
/** Clean values this many points around the told instant are what is usual there. */
const USUAL_REACH = 12;
/** Steps after the end of a fault in which it may still be noticed. */
const LATE_STEPS = 12;

/** What was told about a fault at one moment: its finding, and the anomaly of each series. */
export function judgeTold(fleet: TruthFleet, reading: Reading): Judged[] {
  const { fault } = reading;
  const anomalies = fault.parts.map((part) => judgeAnomaly(fleet, reading, part));
  // An outage is the pipeline's, not the nodes': nothing is to be told about them.
  return fault.planned.done === "outage" ? [] : [judgeFinding(fleet, reading), ...anomalies];
}

function baseOf({ plan }: TruthFleet, { fault, moment }: Reading) {
  const { done, size } = fault.planned;
  return { fleet: plan.name, stepMs: plan.stepMs, done, size, moment };
}

function judgeFinding(fleet: TruthFleet, reading: Reading): Judged {
  const { fault, moment } = reading;
  const base = { ...baseOf(fleet, reading), what: "finding" as const };
  const finding = findingOf(fleet, reading);
  if (finding === undefined) return { ...base, isFound: false };
  const steps = (text: string) => (Date.parse(text) - fleet.startMs) / fleet.plan.stepMs;
  const said = saidNumbers(finding.text);
  const isWhole = fault.nodes.length > 1;
  const { nodes } = said;
  const isOver = finding.closedAt !== null;
  const order = orderOf(fault, finding);
  return {
    ...base,
    isFound: true,
    text: finding.text,
    onsetSteps: steps(finding.onset ?? finding.openedAt) - fault.first,
    kind: finding.kind,
    ...kindsOf(finding.kind, fault, moment),
    ...stateOf(moment, isOver, isOver ? steps(finding.closedAt!) - fault.end : undefined),
    ...(order === undefined ? {} : { isOrderRight: order }),
    isPlaceRight: (finding.level === "cluster") === isWhole,
    ...(nodes === undefined
      ? {}
      : { areNodesRight: nodes.moved === fault.nodes.length && nodes.total === fleet.plan.nodes }),
    ...(said.direction === undefined ? {} : { isDirectionRight: isSameWay(fault, said.direction) }),
    ...(said.rarity === undefined
      ? {}
      : {
          isRarityRight:
            said.rarity.words === rarityWords(daysOf(finding, said.rarity.entity) ?? Number.NaN),
        }),
  };
}

/** The finding's own number behind what its sentence says of a rarity. */
export function daysOf(finding: FindingRow, rareFor: RareFor): number | null {
  if (rareFor === "fleet") return finding.fleetReturnPeriodDays;
  return rareFor === finding.level ? finding.entityReturnPeriodDays : null;
}

/** The first finding about the fault's place that opened while it was there. */
export function findingOf(fleet: TruthFleet, { fault, findings }: Reading): FindingRow | undefined {
  const untilMs = fleet.startMs + (fault.end + LATE_STEPS) * fleet.plan.stepMs;
  return findings
    .filter(
      ({ cluster, node, openedAt }) =>
        cluster === fault.cluster &&
        (node === null || fault.nodes.includes(node)) &&
        Date.parse(openedAt) < untilMs,
    )
    .sort((a, b) => Date.parse(a.openedAt) - Date.parse(b.openedAt))[0];
}

function judgeAnomaly(fleet: TruthFleet, reading: Reading, part: TruthPart): Judged {
  const { moment, fault } = reading;
  const base = { ...baseOf(fleet, reading), what: "anomaly" as const };
  const row = anomalyOf(fleet, reading, part);
  if (row === undefined) return { ...base, isFound: false };
  const { explanation, kind, open, windowEnd } = row;
  const steps = (text: string) => (Date.parse(text) - fleet.startMs) / fleet.plan.stepMs;
  const said = saidNumbers(explanation.text);
  return {
    ...base,
    isFound: true,
    text: explanation.text,
    onsetSteps: steps(explanation.onset ?? row.windowStart) - part.first,
    kind,
    ...kindsOf(kind, fault, moment),
    ...(open ? {} : { endSteps: steps(windowEnd) - part.end }),
    ...numbersOf(fleet, part, row),
    ...(said.direction === undefined ? {} : { isDirectionRight: isSameWay(fault, said.direction) }),
    ...(said.rarity === undefined
      ? {}
      : {
          isRarityRight:
            said.rarity.words === rarityWords(explanation.returnPeriodDays ?? Number.NaN),
        }),
  };
}

/** The first alarm of a series that touches what was done to it. */
export function anomalyOf(
  fleet: TruthFleet,
  { anomalies }: Reading,
  part: TruthPart,
): AnomalyRow | undefined {
  const at = (index: number) => fleet.startMs + index * fleet.plan.stepMs;
  const name = nameOf(part.series);
  return anomalies
    .filter(
      (row) =>
        nameOf(row) === name &&
        row.score >= ALARM_SCORE &&
        Date.parse(row.windowEnd) > at(part.first) &&
        Date.parse(row.windowStart) < at(part.end),
    )
    .sort((a, b) => Date.parse(a.windowStart) - Date.parse(b.windowStart))[0];
}

/** At the last point of a burst nobody can know that it is over; "shift" is not wrong then. */
function kindsOf(kind: AnomalyKind, fault: TruthFault, moment: Moment) {
  const { done } = fault.planned;
  if (moment === "lasting" && (done === "burst" || done === "drop" || done === "spike")) return {};
  const isLabelRight = LABEL_OF_KIND[kind] === LABEL_OF_KIND[fault.kind];
  return { isKindRight: kind === fault.kind, isLabelRight };
}

function stateOf(moment: Moment, isOver: boolean, endSteps: number | undefined) {
  const isRight = moment === "over" ? isOver : !isOver;
  return { isStateRight: isRight, ...(endSteps === undefined ? {} : { endSteps }) };
}

/** Undefined where not two of the contributing metrics began at different times in truth. */
function orderOf(fault: TruthFault, { contributions }: FindingRow): boolean | undefined {
  const truth = new Map(
    fault.parts.map(({ series, first }) => [`${series.node}/${series.metric}`, first]),
  );
  const firsts = contributions.flatMap(({ node, metric }) => truth.get(`${node}/${metric}`) ?? []);
  if (new Set(firsts).size < 2) return undefined;
  const isFirstOurs = truth.has(`${contributions[0]!.node}/${contributions[0]!.metric}`);
  return isFirstOurs && firsts.every((first, i) => i === 0 || firsts[i - 1]! <= first);
}

function isSameWay({ kind, planned: { done } }: TruthFault, direction: "up" | "down"): boolean {
  if (kind === "dip" || kind === "shift_down") return direction === "down";
  return done === "another hour" || direction === "up";
}

/** The told value is in the data, and the range told as typical has what would have been there. */
function numbersOf(fleet: TruthFleet, { series }: TruthPart, { explanation, kind }: AnomalyRow) {
  const said = saidNumbers(explanation.text);
  const { peak, actual, typical } = explanation;
  const at = Math.round((Date.parse(peak ?? "") - fleet.startMs) / fleet.plan.stepMs);
  const isNear = (told: number, value: number) =>
    Math.abs(told - value) <= ROUNDED * Math.abs(value);
  const isActualRight =
    said.actual === undefined || actual === null
      ? undefined
      : isNear(said.actual, actual) && (kind === "flatline" || isNear(actual, series.values[at]!));
  const clean = series.clean.slice(Math.max(0, at - USUAL_REACH), at + USUAL_REACH + 1).sort();
  const [low, high] = [
    clean[Math.floor(0.1 * clean.length)]!,
    clean[Math.floor(0.9 * clean.length)]!,
  ];
  const isTypicalRight =
    said.typical === undefined || typical.low === null || typical.high === null
      ? undefined
      : typical.low <= high && typical.high >= low;
  return {
    ...(isActualRight === undefined ? {} : { isActualRight }),
    ...(isTypicalRight === undefined ? {} : { isTypicalRight }),
  };
}
