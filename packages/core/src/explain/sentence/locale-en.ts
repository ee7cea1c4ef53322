import type { Direction } from "../../model/explanation.ts";
import { HABIT_PERIOD } from "../../model/habit-mark.ts";
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS } from "../../model/time.ts";

/** What an anomaly looks like. Finer than the kind where people care. */
export type Shape =
  | "spike"
  | "drop"
  | "level-shift"
  | "trend"
  | "missed-peak"
  | "odd-hour"
  | "flatline"
  | "silent"
  | "variance"
  | "habit"
  | "missed-habit";

/** Whom a return period is about. */
export type RareFor = "metric" | "node" | "cluster" | "fleet";

/** The words of one language; every sentence of the product is made of these alone. */
export interface Locale {
  /** Joins the clauses. */
  sentence(clauses: readonly string[]): string;
  metricOn(metric: string, node: string): string;
  metricsOfNode(node: string, metric: string): string;
  nodesOfCluster(moved: number, total: number, cluster: string): string;
  nodeMetric(nodes: string, metric: string): string;
  moved(subject: string, direction: Direction, range: string, value: string, at: string): string;
  movedTo(subject: string, value: string, at: string): string;
  climbs(subject: string, direction: Direction, range: string, value: string, at: string): string;
  stuck(subject: string, value: string, since: string): string;
  silent(subject: string, since: string): string;
  missedPeak(subject: string, range: string, at: string): string;
  oddHour(subject: string, range: string, value: string, at: string): string;
  restless(subject: string, since: string, ratio: string): string;
  shape(shape: Shape, direction: Direction): string;
  pattern(sigma: string, direction: Direction, pattern: string): string;
  normalIf(bound: "at-most" | "at-least", value: string, at: string): string;
  /** "every Sunday": `period` is one of HABIT_PERIOD. */
  every(period: number, atMs: EpochMs, timeZone: string): string;
  comes(when: string, time: string, count: number): string;
  missedHabit(subject: string, by: string): string;
  cameBefore(when: string, count: number): string;
  largerThanEver(when: string, count: number): string;
  rarity(days: number, rareFor: RareFor): string;
  metricsAgree(count: number, total: number): string;
  metricsSilent(count: number, total: number): string;
  clusterMoved(count: number, total: number): string;
  startedAfter(lag: string, metric: string, node: string): string;
  duration(length: DurationMs): string;
  day(atMs: EpochMs, timeZone: string): string;
  time(atMs: EpochMs, timeZone: string): string;
  onDay(day: string, time: string): string;
}

const SHAPES: Readonly<Record<Shape, string>> = {
  spike: "a sudden spike",
  drop: "a sudden drop",
  "level-shift": "a level shift",
  trend: "a slow change",
  "missed-peak": "a missed peak",
  "odd-hour": "usual values at an unusual hour",
  flatline: "",
  silent: "",
  variance: "",
  habit: "",
  "missed-habit": "",
};

/** English. */
export const EN: Locale = {
  sentence: (clauses) => `${clauses.join("; ")}.`,
  metricOn: (metric, node) => `${metric} on ${node}`,
  metricsOfNode: (node, metric) => `${metric} on ${node}`,
  nodesOfCluster: (moved, total, cluster) => `${moved} of ${total} nodes in ${cluster}`,
  nodeMetric: (nodes, metric) => `${nodes}: ${metric}`,
  moved: (subject, direction, range, value, at) =>
    `${subject} ${direction === "down" ? "fell" : "rose"} from a typical ${range} to ${value} at ${at}`,
  movedTo: (subject, value, at) => `${subject} went to ${value} at ${at}`,
  climbs: (subject, direction, range, value, at) =>
    `${subject} has ${direction === "down" ? "fallen" : "risen"} slowly since ${at}, ` +
    `from a typical ${range} to ${value}`,
  stuck: (subject, value, since) => `${subject} stuck at ${value} since ${since}`,
  silent: (subject, since) => `${subject} stopped reporting at ${since}`,
  missedPeak: (subject, range, at) => `${subject} did not rise to its usual ${range} at ${at}`,
  oddHour: (subject, range, value, at) =>
    `${subject} was at ${value} at ${at}, where ${range} is usual`,
  restless: (subject, since, ratio) =>
    ratio === ""
      ? `${subject} varies more than usual since ${since}`
      : `${subject} varies ${ratio} times as much as usual since ${since}`,
  shape: (shape, direction) =>
    shape === "trend" && direction !== "none"
      ? `a slow ${direction === "up" ? "rise" : "fall"}`
      : SHAPES[shape],
  pattern: (sigma, direction, pattern) =>
    `${sigma} sigma ${direction === "down" ? "below" : "above"} its ${pattern} pattern`,
  normalIf: (bound, value, at) =>
    `normal ${at === "" ? "" : `at ${at} `}if ${bound === "at-most" ? "<=" : ">="} ${value}`,
  every: everyText,
  comes: (when, time, count) => `comes ${when} about ${time}, ${count} times`,
  missedHabit: (subject, by) => `${subject}: what comes by the clock had not come by ${by}`,
  cameBefore: (when, count) => `it came ${when}, ${count} times`,
  largerThanEver: (when, count) => `comes ${when}, but was never nearly as large in ${count} times`,
  rarity: (days, rareFor) =>
    rareFor === "fleet"
      ? `${rarityWords(days)} in this fleet`
      : `${rarityWords(days)} for this ${rareFor}`,
  metricsAgree: (count, total) =>
    `${count} of ${total} metrics on this node ${count === 1 ? "agrees" : "agree"}`,
  metricsSilent: (count, total) => `${count} of ${total} metrics silent`,
  clusterMoved: (count, total) => `whole cluster moved: ${count} of ${total} nodes`,
  startedAfter: (lag, metric, node) =>
    node === "" ? `started ${lag} after ${metric}` : `started ${lag} after ${metric} on ${node}`,
  duration: durationWords,
  day: dayText,
  time: timeText,
  onDay: (day, time) => `${time} on ${day}`,
};

/** "about once in 9 weeks"; "" where `days` is not a number above 0. */
export function rarityWords(days: number): string {
  if (!(days > 0)) return "";
  if (days < 0.75) return "more than once a day";
  if (days < 1.5) return "about once a day";
  if (days < 6.5) return `about once in ${Math.round(days)} days`;
  if (days < 10.5) return "about once a week";
  if (days < 70) return `about once in ${Math.round(days / 7)} weeks`;
  if (days < 340) return `about once in ${Math.round(days / 30.44)} months`;
  if (days < 550) return "about once a year";
  return "less than once a year";
}

const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

function everyText(period: number, atMs: EpochMs, timeZone: string): string {
  if (period === HABIT_PERIOD.day) return "every day";
  if (period === HABIT_PERIOD.month) return `on day ${dayOfMonth(atMs, timeZone)} of every month`;
  return `every ${weekday(atMs, timeZone)}`;
}

function weekday(atMs: EpochMs, timeZone: string): string {
  if (timeZone === "UTC") return WEEKDAYS[new Date(atMs).getUTCDay()]!;
  return new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "long" }).format(atMs);
}

function dayOfMonth(atMs: EpochMs, timeZone: string): number {
  if (timeZone === "UTC") return new Date(atMs).getUTCDate();
  return Number(new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric" }).format(atMs));
}

function durationWords(length: DurationMs): string {
  if (length < MINUTE_MS) return `${Math.round(length / 1000)} s`;
  if (length < HOUR_MS) return `${Math.round(length / MINUTE_MS)} min`;
  if (length < 2 * DAY_MS) return `${Math.round(length / HOUR_MS)} h`;
  return `${Math.round(length / DAY_MS)} days`;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** UTC is written by hand: making an Intl formatter takes longer than all the rest of a sentence. */
function dayText(atMs: EpochMs, timeZone: string): string {
  if (timeZone === "UTC") {
    const at = new Date(atMs);
    return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  }
  const parts = { day: "numeric", month: "short", year: "numeric" } as const;
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...parts }).format(atMs);
}

function timeText(atMs: EpochMs, timeZone: string): string {
  if (timeZone === "UTC") return new Date(atMs).toISOString().slice(11, 16);
  const parts = { hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...parts }).format(atMs);
}
