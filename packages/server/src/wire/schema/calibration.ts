import { z } from "zod";
import { Count, Instant, MaybeNumber, RollupLevelWord } from "./scalars.ts";

const PromiseRow = z
  .strictObject({
    onceInDays: z.number().describe("The promise: one alarm in this many days"),
    promised: z.number().describe("Alarms promised over everything that was watched"),
    realised: Count.describe("Alarms that came: runs of steps, ten steps apart at most"),
    ratio: MaybeNumber.describe("Realised over promised"),
    ratioLow: MaybeNumber.describe("95 % range of the ratio, if alarms came independently"),
    ratioHigh: MaybeNumber,
  })
  .meta({ id: "PromiseRow" });

export const CalibrationReply = z
  .strictObject({
    from: Instant,
    to: Instant,
    levels: z.array(
      z.strictObject({
        level: RollupLevelWord,
        entities: Count,
        watchedDays: z.number().describe("Days times entities"),
        rows: z.array(PromiseRow),
      }),
    ),
    findings: z.array(PromiseRow).describe("Findings under the alert budget"),
  })
  .meta({ id: "CalibrationReply" });
