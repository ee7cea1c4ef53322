import type { TimeRange } from "@foreshock/core/fold";
import type { SeriesHistory } from "../answers.ts";
import type { Job } from "../jobs.ts";
import type { LiveSeries } from "../live-series.ts";
import type { PartitionRuntime } from "../partition-runtime.ts";
import type { Question, StoredQuestion } from "../protocol.ts";
import { answerAlarms } from "./alarm-reads.ts";
import { answerAnomalies, answerAnomaly, answerStrongest, explainedIn } from "./anomaly-reads.ts";
import { chartOf, scoredPoints } from "./chart.ts";
import { countStored } from "./stored-points.ts";

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
  | "history";

/** A question that changes nothing. */
export type ReadQuestion = Extract<Question, { what: ReadKind }>;

/** Answers a read from the partitions of one owner. @throws for a series that none of them holds. */
export function* answerRead(runtimes: Runtimes, question: ReadQuestion): Job {
  switch (question.what) {
    case "points": {
      const { runtime, series } = find(runtimes, question.handle);
      return chartOf(runtime.store, series, question);
    }
    case "anomalies":
      return [...runtimes].flatMap(([partition, runtime]) =>
        answerAnomalies(runtime, partition, question.tenantId, question.query),
      );
    case "alarms":
      return [...runtimes].flatMap(([partition, runtime]) =>
        answerAlarms(runtime, partition, question),
      );
    case "anomaly": {
      const { runtime, series } = find(runtimes, question.handle);
      return answerAnomaly(runtime, series, question.windowStart);
    }
    case "explain":
      return question.handles.map((handle) => {
        const { runtime, series } = find(runtimes, handle);
        return explainedIn(runtime, series, question);
      });
    case "strongest":
      return [...runtimes.values()].flatMap((runtime) => answerStrongest(runtime, question));
    case "count-stored":
      return question.runs.map((run) => countOf(runtimes, run));
    case "history":
      return question.handles.map((handle) => historyOf(runtimes, handle, question.range));
  }
}

function countOf(runtimes: Runtimes, { handle, times, values }: StoredQuestion): number {
  const { runtime, series } = find(runtimes, handle);
  return countStored(runtime.store, series.storeId, times, values);
}

function historyOf(runtimes: Runtimes, handle: number, range: TimeRange): SeriesHistory {
  const { runtime, series } = find(runtimes, handle);
  const { at, value, p } = scoredPoints(runtime.store, series, range);
  return { handle, at: at.slice(), value, p };
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
