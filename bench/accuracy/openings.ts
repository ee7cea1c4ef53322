import { ALARM_OUT, createStreamEngine, foldAlarm, SeriesFold } from "@foreshock/core";
import { readSeriesSet, type SeriesSet } from "./datasets/datasets.ts";
import type { LabelledSeries } from "./datasets/record.ts";
import { type AlarmQuality, countAlarms, poolAlarms, qualityOf } from "./metrics/alarms.ts";
import { NAB_PROFILES, type NabProfile, nabScore } from "./metrics/nab-score.ts";

/** Single points are labelled there: an opening two points beside one is right. Source: alarms.py. */
const POINT_LABELLED: readonly SeriesSet[] = ["ms-cloud-monitoring", "kpi-samples"];
/** Share of a series that is left out, where its source does not say. */
const LEARNING_SHARE = 0.15;

/** What the alarm layer said of each point of a series. */
export interface AlarmColumns {
  /** 1 where an alarm opens. */
  readonly opened: Float64Array;
  /** 1 while its episode is open. */
  readonly active: Float64Array;
  readonly alarmScore: Float64Array;
}

export interface OpeningsReport {
  readonly set: SeriesSet;
  readonly promiseDays: number;
  /** Each opening point is one alarm. */
  readonly openings: AlarmQuality;
  /** From the opening to the close. */
  readonly episodes: AlarmQuality;
  /** Score of the openings in the Numenta benchmark's own terms. */
  readonly nab: Readonly<Record<NabProfile, number>>;
}

const engine = createStreamEngine();

/**
 * The platform's own fold over one series, its alarms and nothing else. Counters of sources are rates
 * already. `promiseDays`: "at most about one opening in so many days".
 */
export function alarmColumns(
  timestampsMs: Float64Array,
  values: Float64Array,
  promiseDays: number,
): AlarmColumns {
  const fold = new SeriesFold({ open: () => engine.open(), counter: false, promiseDays });
  const column = () => new Float64Array(values.length);
  const columns = { opened: column(), active: column(), alarmScore: column() };
  for (let i = 0; i < values.length; i++) {
    fold.push(timestampsMs[i]!, values[i]!);
    columns.opened[i] = foldAlarm[ALARM_OUT.opened]!;
    columns.active[i] = foldAlarm[ALARM_OUT.active]!;
    columns.alarmScore[i] = foldAlarm[ALARM_OUT.score]!;
  }
  return columns;
}

/** Openings of a labelled set by the rules of alarms.py: one set of constants for all its series. */
export function measureOpenings(
  dataDir: string,
  set: SeriesSet,
  promiseDays: number,
): OpeningsReport {
  const tolerance = POINT_LABELLED.includes(set) ? 2 : 0;
  const parts = readSeriesSet(dataDir, set).map((series) => {
    const columns = alarmColumns(series.timestampsMs, series.columns[0]!, promiseDays);
    return {
      nab: { score: columns.opened, windows: series.windows },
      openings: countRest(series, columns.opened, tolerance),
      episodes: countRest(series, columns.active, 0),
    };
  });
  const profiles = Object.keys(NAB_PROFILES) as NabProfile[];
  const nab = parts.map((part) => part.nab);
  return {
    set,
    promiseDays,
    openings: qualityOf(poolAlarms(parts.map((part) => part.openings))),
    episodes: qualityOf(poolAlarms(parts.map((part) => part.episodes))),
    nab: Object.fromEntries(
      profiles.map((profile) => [profile, nabScore(nab, profile, 0.5).score]),
    ) as Record<NabProfile, number>,
  };
}

function countRest(series: LabelledSeries, flags: Float64Array, tolerance: number) {
  const { labels, timestampsMs, trainEnd } = series;
  const cut = trainEnd ?? Math.floor(LEARNING_SHARE * flags.length);
  return countAlarms(flags.subarray(cut), labels.subarray(cut), timestampsMs.subarray(cut), {
    threshold: 0.5,
    mergeGap: 0,
    tolerance,
  });
}
