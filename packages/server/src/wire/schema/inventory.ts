import { z } from "zod";
import { PIPELINE_STATES } from "../../platform/pipeline-row.ts";
import {
  Count,
  EpochMsNumber,
  MaybeInstant,
  MaybeNumber,
  paged,
  RejectReasonWord,
  Score,
  SeverityWord,
  Share,
  StateWord,
  whole,
} from "./scalars.ts";

const NODES_TEXT =
  "Nodes that live: they sent something within an hour, or four of their intervals";
const NODES_ASLEEP_TEXT =
  "Nodes that are known and have sent nothing for longer: they left, or sleep";

export const PipelineRow = z
  .strictObject({
    state: z
      .enum(PIPELINE_STATES)
      .describe(
        "stopped: no point of any node for three steps more than the usual lag, by the clock",
      ),
    newestAt: MaybeInstant.describe(
      "Time of the newest point that came; while stopped: since then",
    ),
    ageMs: MaybeNumber.describe("How old that is: all that is said of now is as old as this"),
    usualLagMs: z.number().describe("How old the newest point usually becomes before the next"),
    text: z.string().describe("One sentence for people; empty while points flow"),
  })
  .meta({ id: "PipelineRow" });

export const Summary = z
  .strictObject({
    tenant: z.string(),
    clusters: Count,
    nodes: Count.describe(NODES_TEXT),
    nodesAsleep: Count.describe(NODES_ASLEEP_TEXT),
    series: Count.describe("Series that live: the limit of active series counts these"),
    seriesAsleep: Count.describe(
      "Series that have sent nothing for six hours or four of their intervals",
    ),
    points: Count,
    watermark: MaybeInstant.describe("Event time of the newest scored point"),
    isLoading: z
      .boolean()
      .describe("History is being taken in: what is judged ends at the watermark, long before now"),
    pipeline: PipelineRow,
    score: Score,
    severity: SeverityWord,
    openFindings: Count,
    budgetDays: z.number().describe("Alert budget: at most one finding in this many days"),
    findings30d: Count,
    promised30d: z.number().describe("Findings that the budget promises for as long as it watched"),
    quarantine: z
      .string()
      .nullable()
      .describe("Why points are stored and not judged at the moment; null where they are judged"),
  })
  .meta({ id: "Summary" });

const MaybeCount = Count.nullable();

const WorstPlace = z
  .strictObject({
    cluster: z.string(),
    node: z.string().nullable().describe("Null where it is the whole cluster"),
    score: Score,
    severity: SeverityWord,
    since: MaybeInstant.describe("When it began"),
    findingId: z.string().nullable().describe("The open finding; null for a node without one"),
    why: z.string().describe("A finding's sentence; for a node the names of its metrics"),
  })
  .meta({ id: "WorstPlace" });

export const TenantRow = z
  .strictObject({
    tenant: z.string(),
    state: z
      .enum(["served", "starting", "unavailable", "unasked"])
      .describe(
        "All but served have no numbers: starting = not taken up yet, unavailable = started again or too busy, unasked = names only",
      ),
    score: Score,
    severity: SeverityWord,
    openFindings: MaybeCount,
    clusters: MaybeCount,
    nodes: MaybeCount.describe(NODES_TEXT),
    anomalousNodes: MaybeCount.describe("Of those, nodes anomalous now or in an open finding"),
    series: MaybeCount,
    watermark: MaybeInstant.describe("Event time of the newest scored point"),
    isLoading: z.boolean().nullable().describe("History is being taken in"),
    pipeline: PipelineRow.nullable(),
    quarantine: z.string().nullable().describe("Why points are stored and not judged"),
    worst: WorstPlace.nullable().describe(
      "The worst open finding; without one, the most anomalous node now; null where none is",
    ),
  })
  .meta({ id: "TenantRow" });

export const ClusterRow = z
  .strictObject({
    cluster: z.string(),
    nodes: Count.describe(NODES_TEXT),
    nodesAsleep: Count.describe(NODES_ASLEEP_TEXT),
    series: Count,
    score: Score,
    severity: SeverityWord,
    anomalousNodes: Count,
    lastAt: MaybeInstant,
  })
  .meta({ id: "ClusterRow" });

export const NodeRow = z
  .strictObject({
    cluster: z.string(),
    node: z.string(),
    metrics: Count,
    score: Score,
    severity: SeverityWord,
    numAnomalies: Count,
    topMetrics: z.array(z.strictObject({ metric: z.string(), score: Score })),
    since: MaybeInstant.describe("Onset of what is going on now; null when nothing is"),
    lastAt: MaybeInstant,
    state: StateWord,
    confidence: Share,
  })
  .meta({ id: "NodeRow" });

export const MetricRow = z
  .strictObject({ metric: z.string(), series: Count, score: Score, severity: SeverityWord })
  .meta({ id: "MetricRow" });

export const SeriesRow = z
  .strictObject({
    id: z.string(),
    cluster: z.string(),
    node: z.string(),
    metric: z.string(),
    unit: z
      .string()
      .describe("Of its values: as its sender or its name says, per second for counters; or empty"),
    metadata: z.record(z.string(), z.string()),
    intervalMs: MaybeNumber,
    points: Count,
    firstAt: MaybeInstant,
    lastAt: MaybeInstant,
    lastValue: MaybeNumber,
    score: Score,
    severity: SeverityWord,
    state: StateWord,
    confidence: Share,
  })
  .meta({ id: "SeriesRow" });

const Column = z.array(MaybeNumber);

export const PointsReply = z
  .strictObject({
    series: SeriesRow,
    stepMs: z.number(),
    columns: z
      .strictObject({
        at: z.array(EpochMsNumber),
        value: Column,
        min: Column,
        max: Column,
        expected: Column,
        lower: Column,
        upper: Column,
        score: Column,
        alarmScore: Column.describe("The score, held up while a sustained fault lasts"),
      })
      .describe("Columns of equal length; null = missing"),
  })
  .meta({ id: "PointsReply" });

export const DataHealth = z
  .strictObject({
    watermark: MaybeInstant,
    pipeline: PipelineRow,
    series: Count.describe("Series that live; the other counts and shares are of these"),
    seriesAsleep: Count.describe(
      "Series that have sent nothing for six hours or four of their intervals",
    ),
    learning: Count,
    late: Count,
    silent: Count,
    freshShare: Share.describe(
      "Of living series that are not silent; 0 while the pipeline is stopped",
    ),
    acceptedPoints: Count,
    duplicatePoints: Count.describe("Accepted points that were there before, with the same value"),
    overwrittenPoints: Count.describe("Accepted points that replaced another value"),
    skippedHistograms: Count.describe("Native histograms of remote write, which are not scored"),
    skippedExemplars: Count.describe("Exemplars of remote write, which are not kept"),
    rejectedPoints: z.partialRecord(RejectReasonWord, Count),
    detectionLagMs: MaybeNumber,
    backlogPoints: Count,
    backfill: Share.describe(
      "While history loads, the judged share of the time from the oldest point to now; else 1",
    ),
    worst: z.array(
      z.strictObject({
        seriesId: z.string(),
        cluster: z.string(),
        node: z.string(),
        metric: z.string(),
        lastAt: MaybeInstant,
        state: StateWord,
      }),
    ),
  })
  .meta({ id: "DataHealth" });

export const EngineRow = z
  .strictObject({
    engine: z.string(),
    summary: z.string(),
    available: z.boolean(),
    reason: z.string().nullable().describe("What is missing; null where it can run here"),
    install: z.string().nullable().describe("The command that installs it"),
    live: z.boolean().describe("Whether this server judges points by it as they come"),
  })
  .meta({ id: "EngineRow" });

export const TenantList = whole("TenantList", TenantRow);
export const EngineList = whole("EngineList", EngineRow);
export const ClusterList = whole("ClusterList", ClusterRow);
export const NodeList = whole("NodeList", NodeRow);
export const MetricList = whole("MetricList", MetricRow);
export const SeriesList = paged("SeriesList", SeriesRow);
