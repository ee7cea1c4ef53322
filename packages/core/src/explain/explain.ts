import type { AnomalyKind } from "../model/anomaly-type.ts";
import type { Counterfactual, Direction, Explanation, FactorName } from "../model/explanation.ts";
import { HABIT, type HabitMark, habitKind } from "../model/habit-mark.ts";
import type { EpochMs } from "../model/time.ts";
import { confidenceOf } from "../score/confidence.ts";
import { BAND_SCALES } from "../score/usual-range.ts";
import { claimedDays } from "../stats/return-period.ts";
import type { Classification } from "./kind/classify.ts";
import type { Locale, Shape } from "./sentence/locale-en.ts";
import { type SentenceFacts, sentence } from "./sentence/sentence.ts";

/** What an explanation needs of an episode; the incident room's `Episode` has it. */
export interface ExplainedEpisode {
  readonly onsetMs: EpochMs;
  readonly alarmCount: number;
  readonly absenceCount: number;
  readonly peakMs: EpochMs;
  readonly peakP: number;
  readonly peakValue: number;
  readonly peakLevel: number;
  readonly peakScale: number;
  readonly peakHabit?: HabitMark;
  readonly farthest: {
    readonly atMs: EpochMs;
    readonly value: number;
    readonly level: number;
    readonly scale: number;
  };
  readonly sumParts: Readonly<Record<Exclude<FactorName, "absence">, number>>;
}

export interface ExplainRequest
  extends Omit<SentenceFacts, "explanation" | "shape" | "varianceRatio" | "habit"> {
  readonly episode: ExplainedEpisode;
  readonly classification: Classification;
  /** For which value it would have been normal, re-scored; left out where there is none. */
  readonly counterfactual?: Counterfactual | undefined;
  /** Points that the detector has seen of the series. */
  readonly pointCount: number;
}

/**
 * The explanation of an episode, numbers and sentence. Its point is the one of the highest score,
 * or, where the value was back in the usual range by then or on its other side, the one farthest from it; a
 * flatline's value is the stuck one, its onset the instant at which it got stuck. Where the value only ever went
 * the other way than the shape around it, this is the return from it, and told as what it is: a step back.
 */
export function explainEpisode(request: ExplainRequest, locale?: Locale): Explanation {
  const { episode, pointCount, intervalMs, counterfactual } = request;
  const { point, classification } = toldOf(episode, request.classification);
  const away = point.value - point.level;
  const reach = BAND_SCALES * point.scale;
  const direction = directionOf(classification, away);
  const explanation: Omit<Explanation, "text"> = {
    kind: classification.kind,
    direction,
    onset: Math.min(classification.sinceMs ?? episode.onsetMs, point.atMs),
    peak: point.atMs,
    actual: point.value,
    typical: { low: point.level - reach, high: point.level + reach, level: point.level },
    deviation: {
      absolute: away,
      percent: point.level === 0 ? Number.NaN : (100 * away) / Math.abs(point.level),
      sigma: point.scale > 0 ? away / point.scale : Number.NaN,
    },
    returnPeriodDays: claimedDays(episode.peakP, intervalMs, pointCount),
    factors: factorsOf(episode),
    ...(counterfactual === undefined ? {} : { counterfactual }),
    confidence: confidenceOf(pointCount, intervalMs),
  };
  const habit = episode.peakHabit ?? 0;
  const shape = habitShape(habit) ?? shapeOf(classification, direction);
  const varianceRatio = classification.evidence.varianceRatio ?? Number.NaN;
  const text = sentence({ ...request, explanation, shape, varianceRatio, habit }, locale);
  return { text, ...explanation };
}

/** What comes by the clock looks like itself; one that is far larger than ever has a shape of its own. */
function habitShape(mark: HabitMark): Shape | undefined {
  const kind = habitKind(mark);
  if (kind === HABIT.came) return "habit";
  return kind === HABIT.missed ? "missed-habit" : undefined;
}

/** What it looks like to people. */
export function shapeOf({ kind, missedPeak }: Classification, direction: Direction): Shape {
  switch (kind) {
    case "spike":
    case "dip":
      return direction === "down" ? "drop" : "spike";
    case "shift_up":
    case "shift_down":
      return "level-shift";
    case "seasonal":
      return missedPeak ? "missed-peak" : "odd-hour";
    case "missing":
      return "silent";
    case "normal":
      return direction === "down" ? "drop" : "spike";
    default:
      return kind;
  }
}

/** Which way a value goes that is called so, and what it is called when it goes the other way. */
const WAYS: Readonly<Partial<Record<AnomalyKind, readonly [way: Direction, other: AnomalyKind]>>> =
  {
    spike: ["up", "dip"],
    dip: ["down", "spike"],
    shift_up: ["up", "shift_down"],
    shift_down: ["down", "shift_up"],
  };

type Point = ExplainedEpisode["farthest"];

function toldOf(
  episode: ExplainedEpisode,
  classification: Classification,
): { readonly point: Point; readonly classification: Classification } {
  const { kind, stuckAt } = classification;
  const { peakMs, peakValue, peakLevel, peakScale, farthest } = episode;
  const peak = { atMs: peakMs, value: peakValue, level: peakLevel, scale: peakScale };
  if (stuckAt !== undefined) return { point: { ...peak, value: stuckAt }, classification };
  const outside = Math.abs(peakValue - peakLevel) > BAND_SCALES * peakScale;
  const point = outside || Number.isNaN(farthest.atMs) ? peak : farthest;
  const [way, other] = WAYS[kind] ?? [];
  const goes = ({ value, level }: Point) => directionOf(classification, value - level);
  if (way === undefined || other === undefined || goes(point) === way || goes(point) === "none") {
    return { point, classification };
  }
  if (goes(farthest) === way) return { point: farthest, classification };
  const { sinceMs: _, ...rest } = classification;
  return { point, classification: { ...rest, kind: other } };
}

function directionOf({ kind }: Classification, away: number): Direction {
  if (kind === "flatline" || kind === "missing" || kind === "variance") return "none";
  if (away === 0 || Number.isNaN(away)) return "none";
  return away > 0 ? "up" : "down";
}

/** Shares of the evidence over the whole episode; points that an absence detector decided are its own. */
function factorsOf(episode: ExplainedEpisode): Explanation["factors"] {
  const names = ["sudden", "hour", "recent", "shift"] as const;
  const sums = names.map((name) => Math.max(0, episode.sumParts[name] || 0));
  const total = sums.reduce((sum, part) => sum + part, 0);
  const absence = episode.alarmCount > 0 ? episode.absenceCount / episode.alarmCount : 0;
  const byView = total > 0 ? 1 - absence : 0;
  const absenceShare = absence > 0 ? 1 - byView : 0;
  return [
    ...names.map((name, i) => ({ name, share: total > 0 ? byView * (sums[i]! / total) : 0 })),
    { name: "absence" as const, share: absenceShare },
  ];
}
