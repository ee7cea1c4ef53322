import { z } from "zod";
import { Count, RejectReasonWord } from "./scalars.ts";

export const IngestReport = z
  .strictObject({
    acceptedPoints: Count.describe("Taken: the sum of the next three"),
    storedPoints: Count.describe("New: the store held no point of the series at their instant"),
    duplicatePoints: Count.describe(
      "Came twice in this body, or were stored before, with the same value: nothing changed",
    ),
    overwrittenPoints: Count.describe(
      "Replaced another value at the same instant, of this body or stored before",
    ),
    rejectedPoints: Count,
    rejected: z.array(
      z.strictObject({
        reason: RejectReasonWord,
        points: Count,
        examples: z.array(z.string()).describe("The first few places: cluster/node/metric"),
      }),
    ),
  })
  .meta({ id: "IngestReport" });

/** Documents the JSON body; the door reads it with its own bounded reader (`ingest/json.ts`). */
export const IngestBody = z
  .strictObject({
    series: z.array(
      z.strictObject({
        cluster: z.string().min(1),
        node: z.string().min(1),
        metric: z.string().min(1),
        metadata: z.record(z.string(), z.string()).optional(),
        type: z
          .enum(["counter", "gauge"])
          .optional()
          .describe(
            "A counter is cumulative and scored as a rate per second. Left out: by the metric's name (_total)",
          ),
        counter: z.boolean().optional().describe("The same as type: true for a counter"),
        points: z
          .array(z.tuple([z.number(), z.number().nullable()]))
          .describe("[epoch milliseconds, value]; null = missing"),
      }),
    ),
  })
  .meta({ id: "IngestBody" });
