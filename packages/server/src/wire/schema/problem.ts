import { z } from "zod";

/** RFC 9457 problem+json: the body of every reply that is not 2xx. */
export const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe("Stable and machine-readable"),
    detail: z.string(),
    hint: z.string().optional().describe("What to do about it"),
    requestId: z.string(),
    errors: z
      .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
      .optional()
      .describe("Which parts of the request are wrong"),
  })
  .meta({ id: "Problem" });

export type ProblemBody = z.infer<typeof Problem>;
