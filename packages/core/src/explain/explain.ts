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
 * or, where the value was back in the usual range by then, the one farthest from it; a flatline's
 * value is the stuck one, its onset the instant at which it got stuck.
 */
export function explainEpisode(request: ExplainRequest, locale?: Locale): Explanation {
  const { episode, classification, pointCount, intervalMs, counterfactual } = request;
  const point = pointOf(episode, classification);
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

function pointOf(
  episode: ExplainedEpisode,
  { stuckAt }: Classification,
): ExplainedEpisode["farthest"] {
  const { peakMs, peakValue, peakLevel, peakScale, farthest } = episode;
  const peak = { atMs: peakMs, value: peakValue, level: peakLevel, scale: peakScale };
  if (stuckAt !== undefined) return { ...peak, value: stuckAt };
  const outside = Math.abs(peakValue - peakLevel) > BAND_SCALES * peakScale;
  return outside || Number.isNaN(farthest.atMs) ? peak : farthest;
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
