import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { IngestProblem } from "../../../ingest/ingest-problem.ts";
import { RemoteWriteReader } from "../../../ingest/remote-write.ts";
import type { LabelNames } from "../../../ingest/series-labels.ts";
import { declaredLength, SnappyReader } from "../../../ingest/snappy.ts";
import type { IngestReport as Report } from "../../../platform/ingest-series.ts";
import { accessOf } from "../../access.ts";
import { tenantQuery } from "../place-query.ts";
import { PROBLEMS } from "../route.ts";
import { demandType, hold, rawBody, wrongType } from "./body.ts";
import type { IngestParts } from "./ingest-parts.ts";
import { INGEST_CONFIG, INGEST_SCHEMA, rejectedProblem, store } from "./report.ts";

/** Tenants whose label sets are remembered; whoever has not written for longest is read from scratch. */
const READERS_MAX = 256;

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
  const { limits, metrics } = parts;
  const { decodedBytesMax, pointsMax } = limits.body;
  const unpack = new SnappyReader();
  const readers = new RemoteWriteReaders(parts.labelsOf);
  app.post("/write", { schema: SCHEMA, config: INGEST_CONFIG }, async (request, reply) => {
    demandRemoteWrite(request);
    const packed = rawBody(request);
    hold(request, Math.min(decodedBytesMax, declaredLength(packed).length));
    const bytes = unpack.read(packed, decodedBytesMax);
    const batch = readers.of(accessOf(request).tenantId).read(bytes, pointsMax);
    metrics.ingestSkipped.inc({ part: "histogram" }, batch.skippedHistograms);
    metrics.ingestSkipped.inc({ part: "exemplar" }, batch.skippedExemplars);
    const { unusablePoints, unusableExamples } = batch;
    const stored = await store("remote_write", batch, metrics, request, reply);
    metrics.ingestRejected.inc({ reason: "invalid-labels" }, unusablePoints);
    const report = withUnusable(stored, unusablePoints, unusableExamples);
    if (report.rejectedPoints > 0) throw rejectedProblem("partially_rejected", report);
    return reply.code(204).send();
  });
}

/** Label sets are remembered per tenant, and forgotten when the tenant's mapping changes. */
class RemoteWriteReaders {
  readonly #labelsOf: (tenantId: string) => LabelNames;
  /** Whoever wrote last comes last. */
  readonly #readers = new Map<
    string,
    { readonly names: LabelNames; readonly reader: RemoteWriteReader }
  >();

  constructor(labelsOf: (tenantId: string) => LabelNames) {
    this.#labelsOf = labelsOf;
  }

  of(tenantId: string): RemoteWriteReader {
    const names = this.#labelsOf(tenantId);
    const known = this.#readers.get(tenantId);
    this.#readers.delete(tenantId);
    const entry =
      known !== undefined && sameNames(known.names, names)
        ? known
        : { names, reader: new RemoteWriteReader(names) };
    this.#readers.set(tenantId, entry);
    if (this.#readers.size > READERS_MAX) this.#readers.delete(this.#readers.keys().next().value!);
    return entry.reader;
  }
}

function sameNames(a: LabelNames, b: LabelNames): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
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

function withUnusable(report: Report, points: number, examples: readonly string[]): Report {
  if (points === 0) return report;
  return {
    ...report,
    rejectedPoints: report.rejectedPoints + points,
    rejected: [...report.rejected, { reason: "invalid-labels", points, examples }],
  };
}
