import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { DecodedBody } from "../../../ingest/packed-builder.ts";
import type { Metrics } from "../../../observe/metrics.ts";
import type { RejectReason, IngestReport as Report } from "../../../platform/ingest-series.ts";
import { NAME_BYTES_MAX, nameFault } from "../../../platform/place-name.ts";
import { reportWire } from "../../../wire/rows.ts";
import { IngestReport } from "../../../wire/schema/ingest.ts";
import { accessOf } from "../../access.ts";
import { Problem } from "../../problem.ts";
import { rateHeaders } from "../../rate-headers.ts";
import { PROBLEMS, type Tag } from "../route.ts";

export type Protocol = "json" | "csv" | "remote_write";

/** What every way in has in its schema. */
export const INGEST_SCHEMA = {
  tags: ["ingest" satisfies Tag],
  response: { 200: IngestReport, ...PROBLEMS },
  security: [{ key: [] }],
};
export const INGEST_CONFIG = { need: "ingest" as const };
/** A name that points are stored under. */
export const NAME_PARAM = z
  .string()
  .min(1)
  .max(NAME_BYTES_MAX)
  .refine((name) => nameFault(name, NAME_BYTES_MAX) === undefined, {
    error: ({ input }) => nameFault(String(input), NAME_BYTES_MAX),
  })
  .optional();

/** Hands a body to the tenant of the request. @throws OverRate | Unavailable. */
export async function store(
  protocol: Protocol,
  body: DecodedBody,
  metrics: Metrics,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Report> {
  const access = accessOf(request);
  const stored = metrics.ingestDuration.startTimer({ protocol });
  const { charged, skippedHistograms: histograms, skippedExemplars: exemplars } = body;
  const hasSkipped = histograms + exemplars > 0;
  const skipped = hasSkipped ? { skipped: { histograms, exemplars } } : {};
  const batch = { ...body.batch, charged, ...skipped };
  const report = await access.view("ingest").ingestPacked(batch, "refuse");
  stored();
  if (report.rate !== undefined) reply.headers(rateHeaders(report.rate));
  const whole = withUnusable(report, body);
  metrics.ingested(protocol, access.tenantId, whole);
  return whole;
}

function withUnusable(report: Report, body: DecodedBody): Report {
  const { unusablePoints: points, unusableExamples: examples } = body;
  if (points === 0) return report;
  return {
    ...report,
    rejectedPoints: report.rejectedPoints + points,
    rejected: [...report.rejected, { reason: "invalid-labels", points, examples }],
  };
}

/**
 * The reply of the ways in that report per point. @throws Problem where nothing was accepted; also for want of room
 * among the tenant's series or of memory, which no sender makes by sending again.
 */
export function answered(report: Report): ReturnType<typeof reportWire> {
  if (report.acceptedPoints > 0 || report.rejectedPoints === 0) return reportWire(report);
  throw rejectedProblem("all_rejected", report);
}

const REASON_HINT: Readonly<Record<RejectReason, string>> = {
  future: "more than 10 minutes in the future: check the sender's clock",
  "too-late": "more than 2 hours older than the newest point of its series",
  infinite: "infinite values cannot be scored: leave them out",
  "series-limit":
    "the tenant's limit of active series, or of kept names, is reached; series that are active go on",
  "memory-limit":
    "the server has no memory for the tenant's new series (--memory-max); series that are known go on",
  "invalid-time": "not a valid time in epoch milliseconds; are they seconds?",
  "invalid-labels": "names or labels that cannot name a series",
};

export function rejectedProblem(
  code: "all_rejected" | "partially_rejected",
  report: Report,
): Problem {
  const { acceptedPoints, rejectedPoints, rejected } = report;
  const detail = `${acceptedPoints} points accepted, ${rejectedPoints} rejected`;
  return new Problem(code, detail, {
    hint: "accepted points are stored; do not send the rejected ones again as they are",
    errors: rejected.map(({ reason, points, examples }) => ({
      pointer: examples.join(", "),
      detail: `${points} ${reason}: ${REASON_HINT[reason]}`,
    })),
  });
}
