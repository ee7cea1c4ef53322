import { z } from "zod";
import { Count, RejectReasonWord } from "./scalars.ts";

export const IngestReport = z
  .strictObject({
    acceptedPoints: Count,
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
        counter: z.boolean().optional().describe("Cumulative counter: scored as a rate per second"),
        points: z
          .array(z.tuple([z.number(), z.number().nullable()]))
          .describe("[epoch milliseconds, value]; null = missing"),
      }),
    ),
  })
  .meta({ id: "IngestBody" });
