import {
  type AnomalyKind,
  classifyEpisode,
  MINUTE_MS,
  type StreamingEngine,
} from "@foreshock/core/fold";
import {
  Dice,
  type GeneratedSeries,
  generateSeries,
  METRIC_KINDS,
  type MetricKind,
  move,
  unitAt,
} from "@foreshock/core/generator";
import { ALARM_SCORE, BEHIND_POINTS, episodesAround } from "./fault-cases.ts";

/** What is done to a series, what people should be told it was, and for how many minutes: [shortest, longest + 1). */
export const DONE = {
  step_up: { kinds: ["shift_up"], minutes: [240, 1440] },
  step_down: { kinds: ["shift_down"], minutes: [240, 1440] },
  tripled: { kinds: ["shift_up"], minutes: [240, 1440] },
  burst: { kinds: ["spike"], minutes: [20, 61] },
  drop: { kinds: ["dip"], minutes: [20, 61] },
  spike: { kinds: ["spike"], minutes: [1, 2] },
  ramp: { kinds: ["trend"], minutes: [360, 1200] },
  variance: { kinds: ["variance"], minutes: [240, 720] },
  stuck: { kinds: ["flatline"], minutes: [240, 720] },
} as const satisfies Record<string, { kinds: readonly AnomalyKind[]; minutes: readonly number[] }>;
export type Done = keyof typeof DONE;

export interface ToldPlan {
  readonly intervalMs: number;
  readonly days: number;
  readonly seeds: readonly number[];
  readonly sizes: readonly number[];
}

export interface ToldCase {
  readonly metric: MetricKind;
  readonly done: Done;
  readonly size: number;
  readonly seed: number;
  readonly said: AnomalyKind | undefined;
  readonly right: boolean;
  /** Told minus true onset in steps; NaN where nothing was found. */
  readonly onsetSteps: number;
  /** The engine's own onset, of the episode. */
  readonly episodeSteps: number;
}

/** Each change to each kind of metric, every size and seed; what is said once the series has ended. */
export function* toldCases(engine: StreamingEngine, plan: ToldPlan): Generator<ToldCase> {
  for (const metric of METRIC_KINDS) {
    if (metric === "const") continue;
    for (const done of Object.keys(DONE) as Done[]) {
      for (const seed of plan.seeds) {
        for (const size of plan.sizes) yield toldCase(engine, plan, { metric, done, seed, size });
      }
    }
  }
}

function toldCase(
  engine: StreamingEngine,
  { intervalMs, days }: ToldPlan,
  { metric, done, seed, size }: { metric: MetricKind; done: Done; seed: number; size: number },
): ToldCase {
  const made = generateSeries({ kind: metric, seed: `told ${seed}`, days, intervalMs });
  const dice = new Dice(`told ${seed} ${metric} ${done} ${size}`);
  const [shortest, tooLong] = DONE[done].minutes;
  const minutes = shortest + dice.below(tooLong - shortest);
  const pointsMin = done === "variance" || done === "stuck" ? 16 : 1;
  const length = Math.max(pointsMin, Math.round((minutes * MINUTE_MS) / intervalMs));
  const first = Math.floor(made.values.length * (0.6 + 0.3 * dice.uniform()));
  const values = made.values.slice();
  change(made, values, done, first, length, size, dice);
  const { timestampsMs } = made;
  const span = [first, first + length + BEHIND_POINTS] as const;
  const told = episodesAround(engine, timestampsMs, values, span).find(
    ({ peakScore }) => peakScore >= ALARM_SCORE,
  );
  if (told === undefined) {
    return {
      ...{ metric, done, size, seed, said: undefined, right: false },
      ...{ onsetSteps: Number.NaN, episodeSteps: Number.NaN },
    };
  }
  const said = classifyEpisode({ timestampsMs, values, intervalMs }, told);
  const steps = (atMs: number) => Math.round((atMs - timestampsMs[first]!) / intervalMs);
  return {
    ...{ metric, done, size, seed, said: said.kind },
    right: (DONE[done].kinds as readonly AnomalyKind[]).includes(said.kind),
    onsetSteps: steps(said.sinceMs ?? told.onsetMs),
    episodeSteps: steps(told.onsetMs),
  };
}

function change(
  made: GeneratedSeries,
  values: Float64Array,
  done: Done,
  first: number,
  length: number,
  size: number,
  dice: Dice,
): void {
  const part = values.subarray(first, first + length);
  const unit = unitAt(made, first);
  const by = size * unit;
  if (done === "stuck") part.fill(values[first - 1]!);
  else if (done === "tripled") for (let i = 0; i < part.length; i++) part[i]! *= 3;
  else if (done === "variance") {
    for (let i = 0; i < part.length; i++) part[i]! += 0.5 * by * dice.gaussian();
  } else if (done === "step_up" || done === "burst" || done === "spike") move(part, "spike", by);
  else if (done === "step_down" || done === "drop") move(part, "dip", by);
  else move(part, "trend", by);
}
