import { DAY_MS, type DurationMs, HOUR_MS } from "../../model/time.ts";
import { RESOLUTION } from "../../stats/resolution.ts";

/** Bins of the daily profile and of the time-of-day scales, at most. */
const SEASON_BINS_MAX = 288;
const SEASON_BINS_MIN = 4;
const SCALE_BINS_MAX = 48;

/** The slow level remembers one day of points, within these bounds. */
const SLOW_TAU_MIN = 200;
const SLOW_TAU_MAX = 4000;

/** Rates of the daily profile and of the time-of-day scales, per day and bin. */
const SEASON_RATE = 0.25;
const PHASE_SCALE_RATE = 0.15;

/** One byte per count is enough where rates end at 1/255 or above: at a minute and slower. */
const COUNT_MAX = 255;
const COUNT_MAX_FAST = 65_535;

/**
 * Features of the regression up to this, in slow scales, teach it in full. 2 to 6 are alike, 8 keeps
 * half of the gain, 10 none of it: docs/experiments/bounded-influence.md.
 */
const FULL_INFLUENCE = 6;

/** Horizons of the energies in points: a fault shows in one of them. */
const SHORT_POINTS = 3;
const MIDDLE_POINTS = 10;
const LONG_POINTS = 30;
/** At steps of more than 72 minutes they are times, or a fault of a day would be told for weeks. */
const COARSE_MS = DAY_MS / 20;
const SHORT_MS = 6 * HOUR_MS;
const MIDDLE_MS = 9 * HOUR_MS;
const LONG_MS = 12 * HOUR_MS;
/** And these many points at least: in one point alone, weekends and month ends would be faults. */
const SHORT_POINTS_MIN = 1.5;
const MIDDLE_POINTS_MIN = 2;
const LONG_POINTS_MIN = 3;
/** Residuals beyond 30 scales say nothing more; 6 or 15 costs accuracy, 60 too. */
const Z_LIMIT = 30;
/** At coarse steps, where a spike would be remembered for weeks. */
const Z_LIMIT_COARSE = 10;
/**
 * The first value of a bin of the profile counts as at most this many daily scales, as later ones do: an
 * outlier of the first day learnt whole would come back every day. Study: first-hours.
 */
const SEASON_START_CLIP = 8;

/** Points over which surprises are counted: a day, within these bounds. */
const SURPRISE_TAU_MIN = 24;
const SURPRISE_TAU_MAX = 150;
/** Fresh models may take over after half a day, within these bounds. */
const FRESH_DAYS = 0.5;
const FRESH_POINTS_MIN = 100;
const FRESH_POINTS_MAX = 2000;

/** A profile with more points per bin than this is interpolated between neighbours. */
const INTERPOLATE_ABOVE = 1.5;

/**
 * A residual below these is arithmetic, not behaviour. No more than the grid of doubles asks for: a spread of
 * zero is not large because the level is. The least one divides 0 by something; it is in the series' unit, so
 * far below every value.
 */
const FLOORS = {
  floorLeast: 1e-150,
  floorShare: RESOLUTION,
  unitLeast: 1e-150,
  unitShare: RESOLUTION,
};

/** What the reference has at every step and size. */
const REFERENCE = {
  floorLeast: 1e-9,
  floorShare: 1e-5,
  unitLeast: 1e-12,
  unitShare: 1e-9,
  shortRate: 1 / SHORT_POINTS,
  middleRate: 1 / MIDDLE_POINTS,
  longRate: 1 / LONG_POINTS,
  zLimit: Z_LIMIT,
};

/** Constants of a series that follow from its nominal sampling interval. Shared, never changed. */
export interface StreamClock {
  readonly intervalMs: DurationMs;
  readonly seasonBins: number;
  readonly scaleBins: number;
  readonly interpolated: boolean;
  /** Lowest learning rate of the slow level and of the scales that go with it. */
  readonly slowRate: number;
  readonly seasonRate: number;
  readonly phaseScaleRate: number;
  /** Where counts stop: rates of 1/count have reached their lowest value, so more would say nothing. */
  readonly countMax: number;
  /** Rate of the recent share of surprises. */
  readonly surpriseRate: number;
  /** Points that fresh models must know before they may take over. */
  readonly freshPoints: number;
  /** A point with a feature of the regression beyond this, in slow scales, teaches it less. */
  readonly fullInfluence: number;
  /** Rates of the energies over the short, the middle and the long horizon. */
  readonly shortRate: number;
  readonly middleRate: number;
  readonly longRate: number;
  /** The least spread at a level of 0, and the share of the level that it grows by. */
  readonly floorLeast: number;
  readonly floorShare: number;
  /** The same for the unit of the regression's features. */
  readonly unitLeast: number;
  readonly unitShare: number;
  /** Residuals count as at most this many of their scales. */
  readonly zLimit: number;
  /** What was learnt is looked at again: after the first hours, and where the series changes its nature. */
  readonly reconsiders: boolean;
  /** A bin of the profile learns at most this many daily scales from its first value. */
  readonly seasonStartClip: number;
}

/** Whether far values teach less, as the engine has it, or all that they say, as the reference does. */
export type Influence = "bounded" | "full";

/**
 * The clock of a sampling interval (> 0 and finite).
 *
 * @param influence "full": the reference as it is, to compare with it
 */
export function streamClock(intervalMs: DurationMs, influence: Influence = "bounded"): StreamClock {
  const bounded = influence === "bounded";
  const perDay = DAY_MS / intervalMs;
  const bins = Math.min(SEASON_BINS_MAX, roundHalfEven(perDay));
  const seasonBins = Math.max(SEASON_BINS_MIN, bins);
  const scaleBins = Math.min(seasonBins, SCALE_BINS_MAX);
  const pointsPerBin = Math.max(1, Math.max(1, perDay) / seasonBins);
  const slowTau = Math.max(SLOW_TAU_MIN, Math.min(Math.max(1, perDay), SLOW_TAU_MAX));
  const seasonRate = SEASON_RATE / pointsPerBin;
  const phaseScaleRate = PHASE_SCALE_RATE / ((pointsPerBin * seasonBins) / scaleBins);
  return {
    intervalMs,
    seasonBins,
    scaleBins,
    interpolated: pointsPerBin > INTERPOLATE_ABOVE,
    slowRate: 1 / slowTau,
    seasonRate,
    phaseScaleRate,
    countMax: Math.min(seasonRate, phaseScaleRate) >= 1 / COUNT_MAX ? COUNT_MAX : COUNT_MAX_FAST,
    ...(bounded ? ownConstants(intervalMs) : REFERENCE),
    surpriseRate: 1 / Math.min(SURPRISE_TAU_MAX, Math.max(SURPRISE_TAU_MIN, perDay)),
    freshPoints: Math.max(FRESH_POINTS_MIN, Math.min(FRESH_DAYS * perDay, FRESH_POINTS_MAX)),
    reconsiders: bounded,
    fullInfluence: bounded ? FULL_INFLUENCE : Number.POSITIVE_INFINITY,
    seasonStartClip: bounded ? SEASON_START_CLIP : Number.POSITIVE_INFINITY,
  };
}

/** The reference's constants, but for the floors and for coarse steps. */
function ownConstants(intervalMs: DurationMs): typeof REFERENCE {
  const { shortRate, middleRate, longRate, zLimit } = REFERENCE;
  if (intervalMs <= COARSE_MS) return { ...FLOORS, shortRate, middleRate, longRate, zLimit };
  return {
    ...FLOORS,
    shortRate: 1 / horizon(SHORT_POINTS, SHORT_POINTS_MIN, SHORT_MS / intervalMs),
    middleRate: 1 / horizon(MIDDLE_POINTS, MIDDLE_POINTS_MIN, MIDDLE_MS / intervalMs),
    longRate: 1 / horizon(LONG_POINTS, LONG_POINTS_MIN, LONG_MS / intervalMs),
    zLimit: Z_LIMIT_COARSE,
  };
}

function horizon(points: number, pointsMin: number, wanted: number): number {
  return Math.min(points, Math.max(pointsMin, wanted));
}

/** As the reference rounds: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
