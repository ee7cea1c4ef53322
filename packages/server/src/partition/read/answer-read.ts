import type { Job } from "../jobs.ts";
import type { LiveSeries } from "../live-series.ts";
import type { PartitionRuntime } from "../partition-runtime.ts";
import type { FoundStrongest, Question, StoredQuestion } from "../protocol.ts";
import { answerAlarms } from "./alarm-reads.ts";
import {
  answerAnomalies,
  answerAnomaly,
  answerStrongest,
  CLASSIFY_POINTS,
  explainedIn,
} from "./anomaly-reads.ts";
import { chartOf } from "./chart.ts";
import { countStored } from "./stored-points.ts";
import { type AskedSeries, windowSummaries } from "./window-summaries.ts";

/** What looking at one series or group costs, in points: a query of some 200 µs. */
const ITEM_POINTS = 200;
/** Points folded in one unit. */
const UNIT_POINTS = 4096;

/** Partitions of one owner, by their numbers. */
export type Runtimes = ReadonlyMap<number, PartitionRuntime>;

type ReadKind =
  | "points"
  | "anomalies"
  | "alarms"
  | "anomaly"
  | "explain"
  | "strongest"
  | "count-stored"
  | "history"
  | "summaries";

/** A question that changes nothing. */
export type ReadQuestion = Extract<Question, { what: ReadKind }>;

/** Answers a read from the partitions of one owner. @throws for a series that none of them holds. */
export function* answerRead(runtimes: Runtimes, question: ReadQuestion): Job {
  switch (question.what) {
    case "points": {
      const { runtime, series } = find(runtimes, question.handle);
      return yield* chartOf(runtime.store, series, question);
    }
    case "anomalies":
      return (yield* inUnits(
        runtimes
          .entries()
          .map(([partition, runtime]) =>
            answerAnomalies(runtime, partition, question.tenantId, question.query),
          ),
      )).flat();
    case "alarms":
      return (yield* inUnits(
        runtimes
          .entries()
          .map(([partition, runtime]) => answerAlarms(runtime, partition, question)),
      )).flat();
    case "anomaly": {
      const { runtime, series } = find(runtimes, question.handle);
      return answerAnomaly(runtime, series, question.windowStart);
    }
    case "explain":
      return yield* eachInTurn(
        question.handles,
        (handle) => {
          const { runtime, series } = find(runtimes, handle);
          return explainedIn(runtime, series, question);
        },
        CLASSIFY_POINTS,
      );
    case "strongest":
      return yield* strongestOf(runtimes, question);
    case "count-stored":
      return yield* eachInTurn(question.runs, (run) => countOf(runtimes, run));
    case "history":
      return yield* inUnits(
        question.handles.values().map((handle) => {
          const { runtime, series } = find(runtimes, handle);
          return runtime.histories.of(series, question.range);
        }),
      );
    case "summaries":
      return yield* inBunches(windowSummaries(allOf(runtimes, question.handles), question.grid));
  }
}

function* strongestOf(
  runtimes: Runtimes,
  question: Extract<ReadQuestion, { what: "strongest" }>,
): Generator<number, FoundStrongest[]> {
  const ofGroup = (handles: readonly number[] | "all", group: number): FoundStrongest[] =>
    [...runtimes.values()].flatMap((runtime) => answerStrongest(runtime, question, handles, group));
  return (yield* eachInTurn(question.groups, ofGroup, CLASSIFY_POINTS)).flat();
}

/** Others have their turn after every few. */
function* eachInTurn<Item, Answer>(
  items: readonly Item[],
  answer: (item: Item, index: number) => Answer,
  itemPoints = ITEM_POINTS,
): Generator<number, Answer[]> {
  const answers: Answer[] = [];
  let points = 0;
  for (const [index, item] of items.entries()) {
    if (points + itemPoints > UNIT_POINTS) {
      yield points;
      points = 0;
    }
    answers.push(answer(item, index));
    points += itemPoints;
  }
  return answers;
}

/** Does one work in units of some thousand points. */
function* inBunches<Result>(work: Generator<number, Result>): Generator<number, Result> {
  const [result] = yield* inUnits([work]);
  return result!;
}

/** Does works one after the other, in units of some thousand points. */
function* inUnits<Result>(works: Iterable<Generator<number, Result>>): Generator<number, Result[]> {
  const results: Result[] = [];
  let points = 0;
  for (const work of works) {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) {
        results.push(step.value);
        points += ITEM_POINTS;
        break;
      }
      points += step.value;
      if (points < UNIT_POINTS) continue;
      yield points;
      points = 0;
    }
  }
  return results;
}

function countOf(runtimes: Runtimes, { handle, times, values }: StoredQuestion): number {
  const { runtime, series } = find(runtimes, handle);
  return countStored(runtime.store, series.storeId, times, values);
}

function allOf(runtimes: Runtimes, handles: readonly number[]): AskedSeries[] {
  return handles.map((handle) => {
    const { runtime, series } = find(runtimes, handle);
    return { series, histories: runtime.histories };
  });
}

function find(
  runtimes: Runtimes,
  handle: number,
): { readonly runtime: PartitionRuntime; readonly series: LiveSeries } {
  for (const runtime of runtimes.values()) {
    const series = runtime.byHandle(handle);
    if (series !== undefined) return { runtime, series };
  }
  throw new Error(`series ${handle} is not owned by this worker`);
}
