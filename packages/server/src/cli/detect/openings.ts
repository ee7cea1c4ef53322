import {
  type Alarm,
  type AlarmOutcome,
  FoldRow,
  type MetricSeries,
  type PointEngine,
  replaySeries,
  SeriesFold,
  type Severity,
  type StreamingEngine,
  severityOf,
} from "@foreshock/core/fold";

/** One alarm of a metric of a file, as the server would have raised it. */
export interface OpeningRecord {
  readonly file: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  /** Epoch ms. */
  readonly openedAt: number;
  /** The newest point that kept it up. */
  readonly lastAt: number;
  /** Undefined while open at the end of the file. */
  readonly closedAt: number | undefined;
  readonly outcome: AlarmOutcome;
  readonly evidenceDays: number;
  readonly score: number;
  readonly severity: Severity;
}

/**
 * Alarms of the series of a file in the order of their opening: the server's own fold over each.
 * Undefined for an engine that does not work point by point, such as one that looks ahead.
 *
 * Cost: the engine's per value, once more.
 */
export function openingsOf(
  file: string,
  series: readonly MetricSeries[],
  engine: PointEngine,
): OpeningRecord[] | undefined {
  if (!isStreaming(engine)) return undefined;
  return series
    .flatMap((one) => alarmsOf(one, engine).map((alarm) => recordOf(file, one, alarm)))
    .sort((a, b) => a.openedAt - b.openedAt);
}

interface ClosedAlarm extends Alarm {
  readonly closedMs: number | undefined;
}

function alarmsOf({ timestamps, values }: MetricSeries, engine: StreamingEngine): ClosedAlarm[] {
  const fold = new SeriesFold({ open: () => engine.open(), counter: false });
  const alarms: ClosedAlarm[] = [];
  replaySeries(fold, { timestampsMs: timestamps, values }, new FoldRow(), (i) => {
    const ended = fold.alarmChange === "closed" ? fold.alarm() : fold.replacedAlarm;
    if (ended !== undefined) alarms.push({ ...ended, closedMs: timestamps[i]! });
  });
  if (fold.alarmIsOpen) alarms.push({ ...fold.alarm()!, closedMs: undefined });
  return alarms;
}

function recordOf(file: string, series: MetricSeries, alarm: ClosedAlarm): OpeningRecord {
  const score = Math.min(1, alarm.score);
  return {
    file,
    cluster: series.clusterId,
    node: series.nodeId,
    metric: series.metricName,
    openedAt: alarm.openedMs,
    lastAt: alarm.lastMs,
    closedAt: alarm.closedMs,
    outcome: alarm.outcome,
    evidenceDays: alarm.evidenceDays,
    score,
    severity: severityOf(score),
  };
}

function isStreaming(engine: PointEngine): engine is StreamingEngine {
  return "open" in engine;
}
