import {
  type AnomalyKind,
  type AnomalyLabel,
  classifyEpisode,
  FoldRow,
  LABEL_OF_KIND,
  SeriesFold,
  type StreamingEngine,
} from "@foreshock/core/fold";
import {
  Dice,
  generateWave,
  injectWaveFault,
  LABEL_OF_WAVE_FAULT,
  WAVE_FAULTS,
  type WaveBase,
  type WaveFault,
  waveFaultFits,
} from "@foreshock/core/generator";

const INTERVAL_MS = 300_000;
/** A Monday's midnight, UTC. */
const START_MS = 1_699_833_600_000;
const DAY_POINTS = 288;
const POINT_COUNT = 15 * DAY_POINTS;
const ALARM_SCORE = 0.75;
const BEHIND_POINTS = 30;
const BASES: readonly WaveBase[] = ["sine", "ecg", "square"];
/** How much of each; see `WaveFaultPlan`. */
const STRENGTH: Readonly<Record<WaveFault, number>> = {
  amplitude: 2,
  extremum: 3,
  frequency: 3,
  mean: 1,
  "mode-correlation": 0,
  pattern: 0,
  "pattern-shift": 0.3,
  platform: 0.5,
  trend: 1,
  variance: 0.4,
};

/** A second judge that is not our generator: GutenTAG's injections on waves with a period of a day. */
export function waveCases(
  engine: StreamingEngine,
  seeds: readonly number[],
): {
  readonly fault: WaveFault;
  readonly truth: AnomalyLabel;
  readonly said: string | undefined;
}[] {
  return WAVE_FAULTS.flatMap((fault) => {
    const truth = LABEL_OF_WAVE_FAULT[fault];
    if (truth === undefined) return [];
    const bases = BASES.filter((base) => waveFaultFits(base, fault));
    return bases.flatMap((base) =>
      seeds.map((seed) => ({ fault, truth, said: labelOf(engine, base, fault, seed) })),
    );
  });
}

function labelOf(
  engine: StreamingEngine,
  base: WaveBase,
  fault: WaveFault,
  seed: number,
): AnomalyLabel | undefined {
  const dice = new Dice(`waves ${base} ${fault} ${seed}`);
  const shape = { base, pointCount: POINT_COUNT, periodPoints: DAY_POINTS, amplitude: 10 };
  const wave = generateWave({ ...shape, noise: 0.05 }, dice);
  const firstIndex = Math.floor(POINT_COUNT * (0.65 + 0.2 * dice.uniform()));
  const length = DAY_POINTS / 4 + dice.below(DAY_POINTS / 2);
  const plan = { fault, firstIndex, length, strength: STRENGTH[fault] };
  const { values } = injectWaveFault(wave, plan, dice);
  const kind = kindOf(engine, values, firstIndex, firstIndex + length + BEHIND_POINTS);
  return kind === undefined ? undefined : LABEL_OF_KIND[kind];
}

/** What the first episode at 0.75 or more that touches [first, last] is called. */
function kindOf(
  engine: StreamingEngine,
  values: Float64Array,
  first: number,
  last: number,
): AnomalyKind | undefined {
  const timestampsMs = values.map((_, i) => START_MS + i * INTERVAL_MS);
  const fold = new SeriesFold({ open: () => engine.open(), counter: false });
  const row = new FoldRow();
  for (let i = 0; i < values.length; i++) {
    const change = fold.push(timestampsMs[i]!, values[i]!, row);
    if (change !== "closed" && i + 1 < values.length) continue;
    const episode = fold.episode();
    if (episode === undefined || episode.peakScore < ALARM_SCORE) continue;
    const inside = episode.lastMs >= timestampsMs[first]! && episode.firstMs <= timestampsMs[last]!;
    if (inside)
      return classifyEpisode({ timestampsMs, values, intervalMs: INTERVAL_MS }, episode).kind;
  }
  return undefined;
}
