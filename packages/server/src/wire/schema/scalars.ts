import {
  AGGREGATION_STRATEGIES,
  ANOMALY_KINDS,
  ANOMALY_LABELS,
  LEVELS,
  SEVERITIES,
} from "@foreshock/core/fold";
import { z } from "zod";

/** The small parts from which rows are made. Instants in rows are text, in columns epoch milliseconds. */

export const Instant = z.iso.datetime().describe("RFC 3339 instant in UTC");

/** Null where there is none (yet). */
export const MaybeInstant = Instant.nullable();

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const EpochMsNumber = z.number().describe("Epoch milliseconds");

/** Null where the number is not known. */
export const MaybeNumber = z.number().nullable();

export const Count = z.number().int().min(0);

export const Share = z.number().min(0).max(1);

/** Calibrated score: 0.5 = once a day, 0.9 = once in 30 days while healthy. Null before the first scored point. */
export const Score = z.number().min(0).max(1).nullable().describe("Calibrated score in [0, 1]");

export const SeverityWord = z.enum(SEVERITIES).meta({ id: "Severity" });
export const LabelWord = z.enum(ANOMALY_LABELS).meta({ id: "AnomalyLabel" });
export const KindWord = z.enum(ANOMALY_KINDS).meta({ id: "AnomalyKind" });
export const LevelWord = z.enum(LEVELS).meta({ id: "Level" });
export const RollupLevelWord = z.enum(["node", "cluster", "tenant"]).meta({ id: "RollupLevel" });
export const StrategyWord = z.enum(AGGREGATION_STRATEGIES).meta({ id: "AggregationStrategy" });
export const StateWord = z.enum(["live", "learning", "silent"]).meta({ id: "EntityState" });
export const RejectReasonWord = z
  .enum([
    ...["future", "too-late", "infinite", "series-limit", "memory-limit", "invalid-time"],
    "invalid-labels",
  ] as const)
  .meta({ id: "RejectReason" });

/** A page of a list. `nextCursor` goes back as `cursor`; null on the last page. */
export function paged<Row extends z.ZodType>(id: string, row: Row) {
  return z
    .strictObject({ data: z.array(row), nextCursor: z.string().nullable() })
    .meta({ id, description: "One page; hand `nextCursor` back as `cursor` for the next" });
}

/** A list that is always whole. */
export function whole<Row extends z.ZodType>(id: string, row: Row) {
  return z.strictObject({ data: z.array(row), nextCursor: z.null() }).meta({ id });
}
