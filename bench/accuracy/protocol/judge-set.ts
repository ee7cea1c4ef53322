import { type AlarmQuality, countAlarms, poolAlarms, qualityOf } from "../metrics/alarms.ts";
import { type NAB_PROFILES, type NabProfile, nabScore } from "../metrics/nab-score.ts";
import { aucPr, aucRoc, bestF1 } from "../metrics/rank-curve.ts";
import { vus } from "../metrics/vus.ts";
import type { LabelledRegion } from "./labelled-region.ts";

/** Levels at which alarms are counted: about one a day, one in 5.5 days, one a month. */
export const LEVELS = [0.5, 0.75, 0.9] as const;
/** Alarm runs at most this many quiet points apart are one alarm. */
const MERGE_GAP = 5;

/** How a detector did on one set. Rank measures are means over the series with events. */
export interface SetQuality {
  readonly series: number;
  readonly withEvents: number;
  readonly vusPr: number;
  readonly vusRoc: number;
  readonly aucPr: number;
  readonly aucRoc: number;
  readonly bestF1: number;
  /** By threshold; counts summed over the series. */
  readonly alarms: ReadonlyMap<number, AlarmQuality>;
}

export type NabScores = Readonly<Record<NabProfile, number>>;

/** Scores of the whole series, row by row; NaN = no score. */
export type ScoreOf = (region: LabelledRegion) => Float64Array;

/** The rules of eval/score.py: training rows left out, runs over 5 quiet points merged, no tolerance. */
export function judgeSet(
  regions: readonly LabelledRegion[],
  scores: readonly Float64Array[],
  thresholds: readonly number[] = LEVELS,
): SetQuality {
  const parts = regions.map((region, k) => scores[k]!.subarray(region.start));
  const ranked = regions.flatMap((region, k) =>
    region.hasEvents ? [rankQuality(region, parts[k]!)] : [],
  );
  const mean = (measure: (quality: RankQuality) => number) =>
    ranked.reduce((sum, quality) => sum + measure(quality), 0) / ranked.length;
  const alarms = thresholds.map((threshold) => {
    const rule = { threshold, mergeGap: MERGE_GAP, tolerance: 0 };
    const counts = regions.map(({ labels, timestampsMs }, k) =>
      countAlarms(parts[k]!, labels, timestampsMs, rule),
    );
    return [threshold, qualityOf(poolAlarms(counts))] as const;
  });
  return {
    series: regions.length,
    withEvents: ranked.length,
    vusPr: mean((quality) => quality.vusPr),
    vusRoc: mean((quality) => quality.vusRoc),
    aucPr: mean((quality) => quality.aucPr),
    aucRoc: mean((quality) => quality.aucRoc),
    bestF1: mean((quality) => quality.bestF1),
    alarms: new Map(alarms),
  };
}

/** NAB's own score of every point's score, best threshold of the corpus where none is given. */
export function nabScores(
  regions: readonly LabelledRegion[],
  scores: readonly Float64Array[],
  threshold?: number,
): NabScores {
  const series = regions.map(({ record }, k) => ({ score: scores[k]!, windows: record.windows }));
  const score = (profile: NabProfile) => nabScore(series, profile, threshold).score;
  return {
    standard: score("standard"),
    "low-FP": score("low-FP"),
    "low-FN": score("low-FN"),
  } satisfies Record<keyof typeof NAB_PROFILES, number>;
}

type RankQuality = Pick<SetQuality, "vusPr" | "vusRoc" | "aucPr" | "aucRoc" | "bestF1">;

function rankQuality({ labels, vusWindow }: LabelledRegion, score: Float64Array): RankQuality {
  const { pr, roc } = vus(score, labels, vusWindow);
  return {
    vusPr: pr,
    vusRoc: roc,
    aucPr: aucPr(score, labels),
    aucRoc: aucRoc(score, labels),
    bestF1: bestF1(score, labels),
  };
}
