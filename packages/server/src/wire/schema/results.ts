import { TOLD_OUTCOMES } from "@foreshock/core/fold";
import { z } from "zod";
import {
  Count,
  EpochMsNumber,
  Instant,
  KindWord,
  LabelWord,
  LevelWord,
  MaybeInstant,
  MaybeNumber,
  paged,
  RollupLevelWord,
  SeverityWord,
  Share,
  StrategyWord,
  whole,
} from "./scalars.ts";

export const Explanation = z
  .strictObject({
    text: z.string().describe("One sentence for people"),
    kind: KindWord,
    direction: z.enum(["up", "down", "none"]),
    onset: MaybeInstant,
    peak: MaybeInstant,
    actual: MaybeNumber,
    typical: z.strictObject({ low: MaybeNumber, high: MaybeNumber, level: MaybeNumber }),
    deviation: z.strictObject({
      absolute: MaybeNumber,
      percent: MaybeNumber,
      sigma: MaybeNumber,
    }),
    returnPeriodDays: MaybeNumber,
    factors: z.array(
      z.strictObject({
        name: z.enum(["sudden", "hour", "recent", "shift", "absence"]),
        share: Share,
      }),
    ),
    counterfactual: z
      .strictObject({
        at: Instant.describe("The point of the highest score, or the first one of the anomaly"),
        value: z.number(),
        bound: z.enum(["at-most", "at-least"]),
        score: Share.describe("What the point scores with that value"),
      })
      .nullable()
      .describe(
        "The nearest value with which a point would have scored below 0.5, re-scored. Null where no single value would do, and in lists: ask for the one anomaly",
      ),
    peers: z
      .strictObject({
        z: MaybeNumber.describe("Distance from their median at the peak, in usual distances"),
        compared: Count.describe("Other nodes that were looked at"),
        anomalous: Count.describe("Those that were anomalous too; 0 = alone"),
      })
      .nullable()
      .describe(
        "Beside the same metric of the cluster's other nodes. Null with fewer than four of them, and in lists: ask for the one anomaly",
      ),
    confidence: Share,
  })
  .meta({ id: "Explanation" });

export const AnomalyRow = z
  .strictObject({
    id: z.string(),
    seriesId: z.string(),
    cluster: z.string(),
    node: z.string(),
    metric: z.string(),
    engine: z.string(),
    windowStart: Instant,
    windowEnd: Instant,
    score: Share,
    severity: SeverityWord,
    label: LabelWord,
    kind: KindWord,
    magnitude: MaybeNumber,
    explanation: Explanation,
    open: z.boolean().describe("Still going on at the watermark"),
  })
  .meta({ id: "AnomalyRow" });

export const OutcomeWord = z.enum(TOLD_OUTCOMES).meta({
  id: "AlarmOutcome",
  description:
    "open: evidence keeps it up; held: the fault lasts though it is learnt; accepted: the new normal after three days; recovered: back in the old normal; ended: closed, and no longer unusual",
});

export const AlarmRow = z
  .strictObject({
    id: z.string(),
    seriesId: z.string(),
    cluster: z.string(),
    node: z.string(),
    metric: z.string(),
    openedAt: Instant,
    lastAt: Instant.describe("Newest point that kept it up"),
    closedAt: MaybeInstant.describe("Null while open"),
    evidenceDays: z.number().describe("Rarity of the opening point in days"),
    score: Share.describe("Highest alarm score: the plain score, held up while the fault lasts"),
    severity: SeverityWord,
    outcome: OutcomeWord,
    heldFrom: MaybeInstant.describe("Null where it was never held"),
    heldTo: MaybeInstant,
    label: LabelWord,
    kind: KindWord.nullable(),
    text: z.string(),
  })
  .meta({ id: "AlarmRow" });

export const FindingPart = z
  .strictObject({
    node: z.string(),
    metric: z.string(),
    seriesId: z.string(),
    score: Share,
    share: Share,
    onset: MaybeInstant,
    kind: KindWord,
    text: z.string(),
  })
  .meta({ id: "FindingPart" });

export const FindingRow = z
  .strictObject({
    id: z.string(),
    level: z.enum(["node", "cluster"]),
    cluster: z.string(),
    node: z.string().nullable().describe("Null for a cluster finding"),
    openedAt: Instant,
    closedAt: MaybeInstant.describe("Null while open"),
    outcome: OutcomeWord,
    onset: MaybeInstant,
    score: Share.describe("How rare it is in this fleet; severity and sentence say the same"),
    severity: SeverityWord,
    fleetReturnPeriodDays: MaybeNumber.describe("Return period that the score stands for"),
    entityReturnPeriodDays: MaybeNumber.describe("How rare it is for the place itself"),
    label: LabelWord,
    kind: KindWord,
    text: z.string(),
    contributions: z.array(FindingPart).describe("In onset order; shares add up to 1"),
    nodesMoved: z.int().describe("Nodes that did what the sentence says"),
    nodesTotal: z.int().describe("Nodes that the cluster had; 1 for a node finding"),
    nodes: z.array(z.strictObject({ node: z.string(), score: Share })),
    confidence: Share,
  })
  .meta({ id: "FindingRow" });

export const ScoresReply = z
  .strictObject({
    level: RollupLevelWord,
    strategy: StrategyWord,
    times: z.array(EpochMsNumber),
    entities: z.strictObject({ cluster: z.array(z.string()), node: z.array(z.string()) }),
    score: z
      .array(MaybeNumber)
      .describe("score[e * times.length + i]: highest calibrated score of entity e in step i"),
  })
  .meta({ id: "ScoresReply" });

export const RankingRow = z
  .strictObject({
    rank: Count,
    cluster: z.string().nullable(),
    node: z.string().nullable(),
    metric: z.string().nullable(),
    seriesId: z.string().nullable(),
    score: Share,
    severity: SeverityWord,
    value: MaybeNumber,
    numMetricsAnalyzed: Count,
    numAnomaliesDetected: Count,
    onset: MaybeInstant.describe("When it began; of a metric also before the range, if drawn late"),
    share: Share.nullable().describe(
      "Of a metric: how much of its node's value it makes up; the shares of a node sum to 1",
    ),
    confidence: Share,
    why: z.string(),
  })
  .meta({ id: "RankingRow" });

/** A metric that was constant and stands at another constant in the range, on several nodes alike. */
export const DataQualityFinding = z
  .strictObject({
    metric: z.string(),
    from: z.number(),
    to: z.number(),
    nodes: z.array(z.strictObject({ cluster: z.string(), node: z.string() })),
    reason: z.string(),
  })
  .meta({ id: "DataQualityFinding" });

export const RankingReply = z
  .strictObject({
    level: LevelWord,
    range: z.strictObject({ startMs: EpochMsNumber, endMs: EpochMsNumber }),
    anomalous: Count,
    expectedByChance: z.number(),
    dataQuality: z
      .array(DataQualityFinding)
      .describe("Left out of the ranking of metrics: their recording changed, no node did"),
    data: z.array(RankingRow),
  })
  .meta({ id: "RankingReply" });

/** One injected fault of the demonstration's answer key. */
export const TruthRow = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    kind: z.string(),
    cluster: z.string(),
    nodes: z.array(z.string()).describe("Empty when the whole cluster is meant"),
    metrics: z.array(z.string()),
    from: Instant,
    to: MaybeInstant,
    silent: z.boolean().describe("True for the decoys, which must not be found"),
  })
  .meta({ id: "TruthRow" });

export const AnomalyList = paged("AnomalyList", AnomalyRow);
export const AlarmList = paged("AlarmList", AlarmRow);
export const FindingList = paged("FindingList", FindingRow);
export const TruthList = whole("TruthList", TruthRow);
