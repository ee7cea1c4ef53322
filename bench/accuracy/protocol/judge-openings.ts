import {
  ALARM_OUT,
  FoldRow,
  replaySeries,
  SeriesFold,
  type StreamingEngine,
} from "@foreshock/core/fold";
import type { LabelledSeries } from "../datasets/record.ts";
import { type AlarmQuality, countAlarms, poolAlarms, qualityOf } from "../metrics/alarms.ts";
import { type NabScores, nabScores } from "./judge-set.ts";
import type { LabelledRegion } from "./labelled-region.ts";

/** "At most about one alarm in this many days": the promises that were measured. */
export const PROMISES_DAYS = [1, 5.5, 30] as const;
/** Labels of single points: an opening may be this many points off. */
const POINT_LABELLED = new Set(["ms-cloud-monitoring", "kpi-samples"]);
const POINT_TOLERANCE = 2;

/** What the alarms of a set were worth at one promise. */
export interface OpeningQuality {
  /** Each opening is one alarm and must lie in a label. */
  readonly openings: AlarmQuality;
  /** From the opening to the close; must touch a label. */
  readonly episodes: AlarmQuality;
  /** NAB's own score of the openings alone. */
  readonly nab: NabScores;
}

/** Columns of one series: 1 where an alarm opens, 1 while it is open, and its score. */
export interface SeriesOpenings {
  readonly opened: Float64Array;
  readonly active: Float64Array;
  readonly score: Float64Array;
}

/** The alarms that the platform would have raised on a lone series: its fold, point by point. */
export function openingsOf(
  { timestampsMs, columns: [values] }: Pick<LabelledSeries, "timestampsMs" | "columns">,
  engine: StreamingEngine,
  promiseDays: number,
): SeriesOpenings {
  const fold = new SeriesFold({ open: () => engine.open(), counter: false, promiseDays });
  const rows = timestampsMs.length;
  const [opened, active, score] = [0, 0, 0].map(() => new Float64Array(rows)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  replaySeries(fold, { timestampsMs, values: values! }, new FoldRow(), (i, { alarm }) => {
    opened[i] = alarm[ALARM_OUT.opened]!;
    active[i] = alarm[ALARM_OUT.active]!;
    score[i] = alarm[ALARM_OUT.score]!;
  });
  return { opened, active, score };
}

export function judgeOpenings(
  regions: readonly LabelledRegion[],
  engine: StreamingEngine,
  promiseDays: number,
): OpeningQuality {
  const columns = regions.map(({ record }) => openingsOf(record, engine, promiseDays));
  const quality = (part: "opened" | "active", tolerance: number) => {
    const rule = { threshold: 0.5, mergeGap: 0, tolerance };
    const counts = regions.map(({ start, labels, timestampsMs }, k) =>
      countAlarms(columns[k]![part].subarray(start), labels, timestampsMs, rule),
    );
    return qualityOf(poolAlarms(counts));
  };
  const dataset = regions[0]?.record.dataset ?? "";
  return {
    openings: quality("opened", POINT_LABELLED.has(dataset) ? POINT_TOLERANCE : 0),
    episodes: quality("active", 0),
    nab: nabScores(
      regions,
      columns.map(({ opened }) => opened),
      0.5,
    ),
  };
}
