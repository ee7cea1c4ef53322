import {
  type AnomalyKind,
  classify,
  classifyEpisode,
  type Episode,
  FoldRow,
  MINUTE_MS,
  replaySeries,
  SeriesFold,
  type StreamingEngine,
} from "@foreshock/core/fold";
import {
  Dice,
  FAULT_KINDS,
  type FaultKind,
  generateSeries,
  injectFault,
  METRIC_KINDS,
  type MetricKind,
} from "@foreshock/core/generator";

export const ALARM_SCORE = 0.75;
const SIZES = [6, 12];
/** A fault still counts as found up to this many points after its end. Source: classifier.py. */
export const BEHIND_POINTS = 30;
/** Kinds without a daily course have no hour to be wrong at. Source: classifier.py, measure. */
const NO_SEASON = new Set<MetricKind>(["disk", "mem_saw", "queue"]);

/** Faults at one sampling interval: made at a minute and thinned, so that they last as long. */
export interface CasePlan {
  readonly intervalMs: number;
  readonly days: number;
  readonly seeds: readonly number[];
}

/** One injected fault and what it is called. */
export interface FaultCase {
  readonly metric: MetricKind;
  readonly truth: FaultKind;
  /** From the first alarm to the last around the fault, as in classifier.py; undefined: not found. */
  readonly window: AnomalyKind | undefined;
  /** The first episode at 0.75 or more, as the platform reports it once it is over. */
  readonly episode: AnomalyKind | undefined;
  /** Points between the reported onset and the true one; NaN if nothing was found. */
  readonly onsetError: number;
}

/** Every kind of fault on every kind of metric, two sizes, all seeds. Missing values are left out. */
export function* faultCases(engine: StreamingEngine, plan: CasePlan): Generator<FaultCase> {
  for (const metric of METRIC_KINDS) {
    for (const truth of FAULT_KINDS) {
      if (metric === "const" || truth === "missing") continue;
      if (truth === "seasonal" && NO_SEASON.has(metric)) continue;
      for (const seed of plan.seeds) {
        for (const size of SIZES) yield faultCase(engine, plan, { metric, truth, seed, size });
      }
    }
  }
}

function faultCase(
  engine: StreamingEngine,
  { intervalMs, days }: CasePlan,
  fault: { metric: MetricKind; truth: FaultKind; seed: number; size: number },
): FaultCase {
  const { metric, truth, seed, size } = fault;
  const made = generateSeries({
    kind: metric,
    seed: `kinds ${seed}`,
    days,
    intervalMs: MINUTE_MS,
  });
  const dice = new Dice(`kinds ${seed} ${metric} ${truth} ${size}`);
  const injected = injectFault(made, truth, dice, size);
  const every = intervalMs / MINUTE_MS;
  const offset = injected.firstIndex % every;
  const kept = (_: number, i: number) => i % every === offset;
  const timestampsMs = made.timestampsMs.filter(kept);
  const values = injected.values.filter(kept);
  const first = Math.floor(injected.firstIndex / every);
  const last = Math.floor((injected.lastIndex - offset) / every);
  const found = episodesAround(engine, timestampsMs, values, [first, last + BEHIND_POINTS]);
  const told = found.find(({ peakScore }) => peakScore >= ALARM_SCORE);
  if (told === undefined) {
    return { metric, truth, window: undefined, episode: undefined, onsetError: Number.NaN };
  }
  const points = { timestampsMs, values, intervalMs };
  const said = classifyEpisode(points, told);
  const onset = timestampsMs.indexOf(said.sinceMs ?? told.onsetMs);
  return {
    metric,
    truth,
    window: windowKind(points, found, last + BEHIND_POINTS),
    episode: said.kind,
    onsetError: Math.abs(onset - first),
  };
}

interface Points {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly intervalMs: number;
}

/** The protocol of classifier.py: one window over all episodes of the fault. */
function windowKind(points: Points, found: readonly Episode[], endIndex: number): AnomalyKind {
  const { timestampsMs } = points;
  const firstIndex = timestampsMs.indexOf(found[0]!.onsetMs);
  const lastAlarm = Math.min(timestampsMs.indexOf(found.at(-1)!.lastMs), endIndex);
  const lastIndex = Math.min(timestampsMs.length - 1, Math.max(lastAlarm, firstIndex + 1));
  return classify({ ...points, firstIndex, lastIndex }).kind;
}

/** Episodes with a point in [first, last] of the series, in order. */
export function episodesAround(
  engine: StreamingEngine,
  timestampsMs: Float64Array,
  values: Float64Array,
  [first, last]: readonly [number, number],
): Episode[] {
  const fold = new SeriesFold({ open: () => engine.open(), counter: false });
  const episodes: Episode[] = [];
  replaySeries(fold, { timestampsMs, values }, new FoldRow(), (_, _row, change) => {
    if (change === "closed") episodes.push(fold.episode()!);
  });
  if (fold.episodeIsOpen) episodes.push(fold.episode()!);
  const fromMs = timestampsMs[first]!;
  const toMs = timestampsMs[Math.min(last, timestampsMs.length - 1)]!;
  return episodes.filter(({ firstMs, lastMs }) => lastMs >= fromMs && firstMs <= toMs);
}
