import { z } from "zod";
import { ClusterRow, DataHealth, NodeRow, PointsReply, SeriesRow, Summary } from "./inventory.ts";
import { AlarmRow, AnomalyRow, FindingRow, ScoresReply } from "./results.ts";
import { Count, EpochMsNumber, MaybeNumber, Share } from "./scalars.ts";

/** Answers of one question each for a whole page, and the nodes of a fleet in columns. */

const Column = z.array(MaybeNumber);

const ChartColumns = z
  .strictObject({
    at: z.array(EpochMsNumber),
    value: Column,
    min: Column,
    max: Column,
    lower: Column,
    upper: Column,
    score: Column,
    alarmScore: Column.describe("The score, held up while a sustained fault lasts"),
  })
  .meta({
    id: "ChartColumns",
    description:
      "Columns of equal length; null = missing. Values are rounded to a thousandth of their reach, scores cut off after four digits",
  });

const chart = {
  seriesId: z.string(),
  startMs: EpochMsNumber,
  endMs: EpochMsNumber,
  stepMs: z.number(),
  columns: ChartColumns,
};

export const SmallChart = z.strictObject(chart).meta({ id: "SmallChart" });

export const FindingChart = z
  .strictObject({ findingId: z.string(), ...chart })
  .meta({ id: "FindingChart" });

export const Overview = z
  .strictObject({
    summary: Summary,
    health: DataHealth,
    clusters: z.array(ClusterRow),
    findings: z.array(FindingRow).describe("Newest first, at most 200"),
    charts: z
      .array(FindingChart)
      .describe("Of the first contributing metric of each open finding, at most 12"),
    tenantLane: ScoresReply.nullable().describe("Null where no step was asked for"),
    clusterLanes: ScoresReply.nullable().describe("Of at most 24 clusters: the highest scores"),
  })
  .meta({ id: "Overview" });

export const NodePage = z
  .strictObject({
    node: NodeRow.nullable().describe("Null where there is no such node; all else is empty then"),
    lane: ScoresReply,
    series: z.array(SeriesRow).describe("At most 500"),
    charts: z.array(SmallChart).describe("One for each series, in the same order"),
    anomalies: z.array(AnomalyRow).describe("Worst first, at most 500"),
  })
  .meta({ id: "NodePage" });

export const MetricPage = z
  .strictObject({
    points: PointsReply.nullable().describe("Null where there is no such metric"),
    anomalies: z.array(AnomalyRow).describe("Worst first, at most 500"),
    alarms: z.array(AlarmRow).describe("Newest first, at most 500"),
  })
  .meta({ id: "MetricPage" });

export const NodeColumns = z
  .strictObject({
    clusters: z.array(z.string()),
    metricNames: z.array(z.string()),
    states: z.array(z.string()),
    newestMs: EpochMsNumber.describe("Newest point of all these nodes; 0 where there is none"),
    cluster: z.array(Count).describe("Index into `clusters`"),
    node: z.array(z.string()),
    metrics: z.array(Count),
    score: Column.describe("Cut off after three digits; severities follow from it"),
    numAnomalies: z.array(Count),
    since: Column.describe("Onset of what is going on now, epoch milliseconds; null: nothing"),
    lagS: Column.describe("Newest point, in seconds before `newestMs`; null: none"),
    state: z.array(Count).describe("Index into `states`: live, learning, silent"),
    confidence: z.array(Share).describe("Rounded to two digits"),
    top: z
      .array(
        z.strictObject({
          row: Count.describe("Index into the columns"),
          metrics: z.array(Count).describe("Indices into `metricNames`, heaviest first"),
          scores: z.array(MaybeNumber),
        }),
      )
      .describe("The heaviest metrics of nodes that have any at 0.25 or more"),
  })
  .meta({ id: "NodeColumns", description: "Columns of equal length, a row for each node" });
