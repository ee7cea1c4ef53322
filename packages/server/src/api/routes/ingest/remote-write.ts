import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { IngestProblem } from "../../../ingest/ingest-problem.ts";
import { accessOf } from "../../access.ts";
import { tenantQuery } from "../place-query.ts";
import { PROBLEMS } from "../route.ts";
import { decoded, demandType, wrongType } from "./body.ts";
import type { IngestParts } from "./ingest-parts.ts";
import { INGEST_CONFIG, INGEST_SCHEMA, rejectedProblem, store } from "./report.ts";

const SCHEMA = {
  ...INGEST_SCHEMA,
  summary: "Prometheus remote write 1.0",
  consumes: ["application/x-protobuf"],
  querystring: z.strictObject(tenantQuery),
  body: z.string().describe("prometheus.WriteRequest, packed with Snappy (block format)"),
  response: { 204: z.undefined().describe("All points are stored"), ...PROBLEMS },
};

/** POST /write. */
export function remoteWriteRoute(base: FastifyInstance, parts: IngestParts): void {
  const app = base.withTypeProvider<ZodTypeProvider>();
  const { limits, metrics, decoder, labelsOf } = parts;
  app.post("/write", { schema: SCHEMA, config: INGEST_CONFIG }, async (request, reply) => {
    demandRemoteWrite(request);
    const { tenantId } = accessOf(request);
    const labels = labelsOf(tenantId);
    const body = await decoded(decoder, request, { kind: "remote-write", labels }, limits);
    metrics.skipped(tenantId, "histogram", body.skippedHistograms);
    metrics.skipped(tenantId, "exemplar", body.skippedExemplars);
    const report = await store("remote_write", body, metrics, request, reply);
    if (report.rejectedPoints > 0) throw rejectedProblem("partially_rejected", report);
    return reply.code(204).send();
  });
}

function demandRemoteWrite(request: FastifyRequest): void {
  const given = request.headers["content-type"] ?? "";
  demandType(request, ["application/x-protobuf"]);
  if (/proto\s*=\s*"?io\.prometheus\.write\.v2/i.test(given)) {
    throw wrongType("remote write 2.0", ["remote write 1.0 (prometheus.WriteRequest)"]);
  }
  const encoding = (request.headers["content-encoding"] ?? "").trim().toLowerCase();
  if (encoding === "snappy") return;
  throw new IngestProblem(
    "unsupported_encoding",
    `content encoding "${encoding.slice(0, 40)}"`,
    "remote write is packed with Snappy: send Content-Encoding: snappy",
  );
}
