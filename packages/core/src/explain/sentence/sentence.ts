import type { Explanation } from "../../model/explanation.ts";
import {
  HABIT,
  type HabitMark,
  habitCount,
  habitKind,
  habitPeriod,
} from "../../model/habit-mark.ts";
import { type DurationMs, type EpochMs, MINUTE_MS } from "../../model/time.ts";
import { formatRange, formatValue } from "./format-value.ts";
import { EN, type Locale, type RareFor, type Shape } from "./locale-en.ts";

/** What a sentence is about. A node or a cluster is described by its leading metric. */
export type SentenceSubject =
  | { readonly level: "metric"; readonly metricName: string; readonly nodeId: string }
  | { readonly level: "node"; readonly metricName: string; readonly nodeId: string }
  | {
      readonly level: "cluster";
      readonly metricName: string;
      readonly clusterId: string;
      /** Nodes that did what the sentence says, of those that there are. */
      readonly nodesMoved: number;
      readonly nodesTotal: number;
      /** Only where nodes are silent: the nodes as a whole, not the one metric. Left out: as a whole. */
      readonly isMetricOnly?: boolean;
    };

/** What a sentence is made from. What is left out is not said. */
export interface SentenceFacts {
  readonly subject: SentenceSubject;
  readonly shape: Shape;
  readonly explanation: Omit<Explanation, "text">;
  /** For whom the explanation's return period holds. Left out: for the subject. */
  readonly rareFor?: RareFor;
  /** From the source's metadata; "" = unknown. */
  readonly unit?: string;
  /** How much larger the steps between neighbours have become. */
  readonly varianceRatio?: number;
  /** Name of the usual pattern ("Tuesday 14:00"), only if its model won in validation. */
  readonly pattern?: string;
  /** Metrics of the same node that are anomalous too, this one included. */
  readonly agreement?: { readonly count: number; readonly total: number };
  /** The same metric on the nodes of the cluster, this one included. */
  readonly peers?: { readonly count: number; readonly total: number };
  /** Another anomalous metric (score >= 0.5) that began before this one. */
  readonly precededBy?: {
    readonly metricName: string;
    /** "" or left out = the same node. */
    readonly nodeId?: string;
    readonly lagMs: DurationMs;
    readonly score: number;
  };
  /** What a habit says of the highest point; 0 or left out = nothing. */
  readonly habit?: HabitMark;
  readonly intervalMs: DurationMs;
  /** IANA name; UTC where it is left out. */
  readonly timeZone?: string;
  /** Instants on another day than this one carry their date. Left out: none does. */
  readonly readAtMs?: EpochMs;
}

/** Above this share of moving peers the whole cluster moved. Source: spec of the sentence. */
const PEERS_SHARE = 0.2;
/** A metric that began up to so long before may be named. Source: spec of the sentence. */
const LAG_MAX_MS: DurationMs = 15 * MINUTE_MS;
/** ... or so many steps, where points are sparse. */
const LAG_MAX_STEPS = 3;
/** A stuck value is a single value, so it is given more exactly than a moving one. */
const STUCK_DIGITS = 4;
/** Counterfactuals are rounded to at most this many digits before they are scored. */
const COUNTERFACTUAL_DIGITS = 5;
const PRECEDING_SCORE_MIN = 0.5;

/**
 * One sentence for people: change; shape; how rare; normal if; who agrees; what came first. Says "started
 * after", never "caused"; leaves a clause out where its numbers are not known. Pure.
 */
export function sentence(facts: SentenceFacts, locale: Locale = EN): string {
  const clauses = [
    changeClause(facts, locale),
    locale.shape(facts.shape, facts.explanation.direction),
    rarityClause(facts, locale),
    counterfactualClause(facts, locale),
    companyClause(facts, locale),
    precedingClause(facts, locale),
  ];
  return locale.sentence(clauses.filter((clause) => clause !== ""));
}

function changeClause(facts: SentenceFacts, locale: Locale): string {
  const { explanation, shape, unit = "" } = facts;
  const { actual, typical, direction } = explanation;
  const since = instantText(explanation.onset, facts, locale);
  if (shape === "silent") return locale.silent(ownerText(facts.subject, locale), since);
  const subject = subjectText(facts.subject, locale);
  if (shape === "flatline") {
    return locale.stuck(subject, formatValue(actual, unit, STUCK_DIGITS), since);
  }
  if (shape === "missed-habit") return locale.missedHabit(subject, since);
  if (shape === "variance") return locale.restless(subject, since, ratioText(facts.varianceRatio));
  if (Number.isNaN(typical.low) || Number.isNaN(typical.high)) {
    return locale.movedTo(subject, formatValue(actual, unit), since);
  }
  const { range, value } = formatRange(typical.low, typical.high, actual, unit);
  const peak = instantText(explanation.peak, facts, locale);
  if (shape === "missed-peak") return locale.missedPeak(subject, range, peak);
  if (shape === "odd-hour") return locale.oddHour(subject, range, value, peak);
  if (shape === "trend") return locale.climbs(subject, direction, range, value, since);
  return locale.moved(subject, direction, range, value, since);
}

function rarityClause(facts: SentenceFacts, locale: Locale): string {
  const said = habitClause(facts, locale);
  if (said !== "") return said;
  const { explanation, pattern, subject } = facts;
  const sigma = Math.abs(explanation.deviation.sigma);
  if (pattern !== undefined && sigma >= 1 && explanation.direction !== "none") {
    return locale.pattern(formatValue(sigma, ""), explanation.direction, pattern);
  }
  const days = explanation.returnPeriodDays;
  return days > 0 ? locale.rarity(days, facts.rareFor ?? subject.level) : "";
}

/** Says how rare it is in the words of the clock. */
function habitClause(
  { habit = 0, explanation, timeZone = "UTC" }: SentenceFacts,
  locale: Locale,
): string {
  const kind = habitKind(habit);
  if (kind === HABIT.none) return "";
  const when = locale.every(habitPeriod(habit), explanation.onset, timeZone);
  const count = habitCount(habit);
  if (kind === HABIT.missed) return locale.cameBefore(when, count);
  if (kind === HABIT.larger) return locale.largerThanEver(when, count);
  return locale.comes(when, locale.time(roundedMs(explanation.onset), timeZone), count + 1);
}

/** "About": to five minutes. */
function roundedMs(atMs: EpochMs): EpochMs {
  return Math.round(atMs / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
}

function counterfactualClause(facts: SentenceFacts, locale: Locale): string {
  const { explanation, unit = "", subject } = facts;
  const { counterfactual, peak } = explanation;
  if (counterfactual === undefined || subject.level !== "metric") return "";
  const { atMs, value, bound } = counterfactual;
  const at = atMs === peak ? "" : instantText(atMs, facts, locale);
  return locale.normalIf(bound, formatValue(value, unit, COUNTERFACTUAL_DIGITS), at);
}

function companyClause(facts: SentenceFacts, locale: Locale): string {
  const { agreement, peers, shape, subject } = facts;
  if (subject.level !== "cluster" && peers !== undefined && peers.total > 1) {
    const share = peers.count / peers.total;
    if (share > PEERS_SHARE) return locale.clusterMoved(peers.count, peers.total);
  }
  if (agreement === undefined || agreement.count < 1 || agreement.total < 2) return "";
  return shape === "silent"
    ? locale.metricsSilent(agreement.count, agreement.total)
    : locale.metricsAgree(agreement.count, agreement.total);
}

function precedingClause({ precededBy, intervalMs }: SentenceFacts, locale: Locale): string {
  if (precededBy === undefined || !isNamedBefore({ ...precededBy, intervalMs })) return "";
  const { lagMs, metricName, nodeId = "" } = precededBy;
  return locale.startedAfter(locale.duration(lagMs), metricName, nodeId);
}

/** Whether another metric that began `lagMs` before is near and sure enough to be named as the one that came first. */
export function isNamedBefore({
  lagMs,
  score,
  intervalMs,
}: {
  readonly lagMs: DurationMs;
  readonly score: number;
  readonly intervalMs: DurationMs;
}): boolean {
  const lagMax = Math.max(LAG_MAX_MS, LAG_MAX_STEPS * intervalMs);
  return score >= PRECEDING_SCORE_MIN && lagMs >= intervalMs && lagMs <= lagMax;
}

function subjectText(subject: SentenceSubject, locale: Locale): string {
  const { metricName } = subject;
  if (subject.level === "metric") return locale.metricOn(metricName, subject.nodeId);
  if (subject.level === "node") return locale.metricsOfNode(subject.nodeId, metricName);
  return locale.nodeMetric(nodesText(subject, locale), metricName);
}

/** Who stopped reporting: the metric, the node, or the nodes. */
function ownerText(subject: SentenceSubject, locale: Locale): string {
  if (subject.level === "metric") return locale.metricOn(subject.metricName, subject.nodeId);
  if (subject.level === "node") return subject.nodeId;
  const nodes = nodesText(subject, locale);
  return subject.isMetricOnly === true ? locale.nodeMetric(nodes, subject.metricName) : nodes;
}

type ClusterSubject = Extract<SentenceSubject, { level: "cluster" }>;

function nodesText(subject: ClusterSubject, locale: Locale): string {
  return locale.nodesOfCluster(subject.nodesMoved, subject.nodesTotal, subject.clusterId);
}

function ratioText(ratio: number | undefined): string {
  return ratio !== undefined && ratio >= 1.5 && ratio < 1000 ? formatValue(ratio, "") : "";
}

function instantText(atMs: EpochMs, facts: SentenceFacts, locale: Locale): string {
  const { timeZone = "UTC", readAtMs } = facts;
  const time = locale.time(atMs, timeZone);
  if (readAtMs === undefined) return time;
  const day = locale.day(atMs, timeZone);
  return day === locale.day(readAtMs, timeZone) ? time : locale.onDay(day, time);
}
