import { MINUTE_MS } from "@foreshock/core";
import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { decodedBody, decodedBytesBound } from "../../ingest/body-encoding.ts";
import { readCsv } from "../../ingest/csv-body.ts";
import { IngestProblem } from "../../ingest/ingest-problem.ts";
import { readJson, readNdjson } from "../../ingest/json.ts";
import { RemoteWriteReader } from "../../ingest/remote-write.ts";
import { declaredLength, SnappyReader } from "../../ingest/snappy.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { batchOf, type IngestBatch } from "../../platform/ingest-batch.ts";
import type { IngestReport as Report } from "../../platform/ingest-series.ts";
import type { LabelNames } from "../../platform/label-names.ts";
import type { Limits } from "../../tenant/limits.ts";
import { accessOf, grant } from "../access.ts";
import { Problem } from "../problem.ts";
import { IngestBody, IngestReport } from "../schema/ingest.ts";
import { reportWire } from "../wire.ts";
import { tenantQuery } from "./place-query.ts";
import { PROBLEMS, type Routes } from "./route.ts";

export interface IngestParts {
  readonly limits: Limits;
  readonly metrics: Metrics;
  /** Which labels name cluster and node for a tenant; asked with each request. */
  readonly labelsOf: (tenantId: string) => LabelNames;
}

type Protocol = "json" | "csv" | "remote_write";

const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"];
const NAME_PARAM = z.string().min(1).max(256).optional();
const CONFIG = { need: "ingest" as const };

/** The door for points: JSON and NDJSON, CSV, Prometheus remote write. */
export function ingestRoutes({ limits, metrics, labelsOf }: IngestParts): Routes {
  return async (base) => {
    const app = base.withTypeProvider<ZodTypeProvider>();
    const { compressedBytesMax, decodedBytesMax, pointsMax } = limits.body;
    app.setValidatorCompiler(compileAllButBody);
    takeRawBodies(app, compressedBytesMax);
    app.addHook("preParsing", holdWhileRead(limits));
    const unpack = new SnappyReader();
    const remoteWriters = new Map<string, { key: string; reader: RemoteWriteReader }>();

    app.post("/ingest", { schema: JSON_SCHEMA, config: CONFIG }, (request, reply) =>
      held(limits, async (hold) => {
        const bytes = await unpacked(request, hold, decodedBytesMax);
        const read = readerFor(mediaType(request));
        return take("json", batchOf(read(bytes, pointsMax)), request, reply);
      }),
    );

    app.post("/ingest/csv", { schema: CSV_SCHEMA, config: CONFIG }, (request, reply) =>
      held(limits, async (hold) => {
        demandType(request, ["text/csv", "application/csv", "text/plain"]);
        const bytes = await unpacked(request, hold, decodedBytesMax);
        const { cluster, node } = request.query;
        const series = await readCsv(bytes, { cluster, node }, pointsMax);
        return take("csv", batchOf(series), request, reply);
      }),
    );

    app.post("/write", { schema: WRITE_SCHEMA, config: CONFIG }, (request, reply) =>
      held(limits, async (hold) => {
        demandRemoteWrite(request);
        const packed = rawBody(request);
        hold(Math.min(decodedBytesMax, declaredLength(packed).length));
        const bytes = unpack.read(packed, decodedBytesMax);
        const batch = remoteWriter(accessOf(request).tenantId).read(bytes, pointsMax);
        metrics.ingestSkipped.inc({ part: "histogram" }, batch.skippedHistograms);
        metrics.ingestSkipped.inc({ part: "exemplar" }, batch.skippedExemplars);
        const report = withUnusable(
          await store("remote_write", batch, request, reply),
          batch.unusablePoints,
          batch.unusableExamples,
        );
        metrics.ingestRejected.inc({ reason: "invalid-labels" }, batch.unusablePoints);
        if (report.rejectedPoints > 0) throw rejectedProblem("partially_rejected", report);
        return reply.code(204).send();
      }),
    );

    async function take(
      protocol: Protocol,
      batch: IngestBatch,
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<ReturnType<typeof reportWire>> {
      const report = await store(protocol, batch, request, reply);
      if (report.acceptedPoints > 0 || report.rejectedPoints === 0) return reportWire(report);
      const full = report.rejected.every(({ reason }) => reason === "series-limit");
      throw rejectedProblem(full ? "quota_exceeded" : "all_rejected", report);
    }

    async function store(
      protocol: Protocol,
      batch: IngestBatch,
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<Report> {
      const access = accessOf(request);
      const points = batch.values.length;
      const view = access.view("ingest");
      if (points === 0) return { acceptedPoints: 0, rejectedPoints: 0, rejected: [] };
      grant(limits.take(access.tenantId, "points", points), reply);
      const report = await view.ingest(batch);
      metrics.ingested(protocol, access.tenantId, report);
      return report;
    }

    /** Label sets are remembered per tenant, and forgotten when the tenant's mapping changes. */
    function remoteWriter(tenantId: string): RemoteWriteReader {
      const names = labelsOf(tenantId);
      const key = JSON.stringify(names);
      const known = remoteWriters.get(tenantId);
      if (known?.key === key) return known.reader;
      const reader = new RemoteWriteReader(names);
      remoteWriters.set(tenantId, { key, reader });
      return reader;
    }
  };
}

const COMMON = { response: { 200: IngestReport, ...PROBLEMS }, security: [{ key: [] }] };

const JSON_SCHEMA = {
  ...COMMON,
  summary: "Send points as JSON, or NDJSON with one series object a line",
  consumes: ["application/json", "application/x-ndjson"],
  querystring: z.strictObject(tenantQuery),
  body: IngestBody,
};

const CSV_SCHEMA = {
  ...COMMON,
  summary: "Send points as CSV: narrow, wide or long, told by the header",
  consumes: ["text/csv"],
  querystring: z.strictObject({ ...tenantQuery, cluster: NAME_PARAM, node: NAME_PARAM }),
  body: z.string().describe("e.g. cluster,node,metric,timestamp,value"),
};

const WRITE_SCHEMA = {
  ...COMMON,
  summary: "Prometheus remote write 1.0",
  consumes: ["application/x-protobuf"],
  querystring: z.strictObject(tenantQuery),
  body: z.string().describe("prometheus.WriteRequest, packed with Snappy (block format)"),
  response: { 204: z.undefined().describe("All points are stored"), ...PROBLEMS },
};

/** Bodies stay bytes; the schema of the body is for readers of /docs, our readers check it. */
const compileAllButBody: FastifySchemaCompiler<z.ZodType> = (route) =>
  route.httpPart === "body" ? (value: unknown) => ({ value }) : validatorCompiler(route);

function takeRawBodies(app: Parameters<Routes>[0], bodyLimit: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit }, (_, body, done) => {
    done(null, body);
  });
}

function rawBody(request: FastifyRequest): Buffer {
  const body = request.body as unknown;
  if (body instanceof Buffer && body.length > 0) return body;
  throw new IngestProblem("malformed_body", "the body is empty", "send the points in the body");
}

interface Held {
  /** Once is enough, twice does no harm. */
  release(): void;
}

type Hold = (bytes: number) => Held;

/** @throws Problem "overloaded" when too many bytes are at work. */
function reserve(limits: Limits, bytes: number): Held {
  const got = limits.reserve(bytes);
  if (got !== undefined) return got;
  throw new Problem("overloaded", "too many bytes are being taken in at the moment", {
    retryAfterMs: 1000,
    hint: "send again in a second",
  });
}

/** Counts a body before its first byte is read, and until the reply is sent or the sender gone. */
function holdWhileRead(limits: Limits) {
  const { compressedBytesMax } = limits.body;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const declared = Number(request.headers["content-length"] ?? compressedBytesMax);
    const got = reserve(limits, Math.min(declared, compressedBytesMax));
    reply.raw.once("close", () => got.release());
  };
}

/** Counts what a body unfolds to while it is at work, so that large ones at once cannot fill memory. */
async function held<Reply>(limits: Limits, work: (hold: Hold) => Promise<Reply>): Promise<Reply> {
  const holds: Held[] = [];
  const hold: Hold = (bytes) => {
    const got = reserve(limits, bytes);
    holds.push(got);
    return got;
  };
  try {
    return await work(hold);
  } finally {
    for (const got of holds) got.release();
  }
}

/** The body as the sender wrote it. While gzip unfolds, the most it may come to is set aside. */
async function unpacked(request: FastifyRequest, hold: Hold, bytesMax: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  const packed = rawBody(request);
  if (encoding === undefined) return decodedBody(packed, encoding, bytesMax);
  const most = hold(decodedBytesBound(packed.length, bytesMax));
  const bytes = await decodedBody(packed, encoding, bytesMax);
  most.release();
  hold(bytes.length);
  return bytes;
}

function mediaType(request: FastifyRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
}

function readerFor(type: string): typeof readJson {
  if (type === "application/json") return readJson;
  if (NDJSON_TYPES.includes(type)) return readNdjson;
  throw wrongType(type, ["application/json", NDJSON_TYPES[0]!]);
}

function demandType(request: FastifyRequest, allowed: readonly string[]): void {
  const type = mediaType(request);
  if (!allowed.includes(type)) throw wrongType(type, allowed);
}

function demandRemoteWrite(request: FastifyRequest): void {
  const given = request.headers["content-type"] ?? "";
  demandType(request, ["application/x-protobuf"]);
  if (/proto\s*=\s*"?io\.prometheus\.write\.v2/i.test(given)) {
    throw wrongType("remote write 2.0", ["remote write 1.0 (prometheus.WriteRequest)"]);
  }
  const encoding = (request.headers["content-encoding"] ?? "").trim().toLowerCase();
  if (encoding !== "snappy") {
    throw new IngestProblem(
      "unsupported_encoding",
      `content encoding "${encoding.slice(0, 40)}"`,
      "remote write is packed with Snappy: send Content-Encoding: snappy",
    );
  }
}

function wrongType(type: string, allowed: readonly string[]): IngestProblem {
  return new IngestProblem(
    "unsupported_media_type",
    type === "" ? "no content type was given" : `content type "${type.slice(0, 80)}"`,
    `send ${allowed.join(" or ")}`,
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

const REASON_HINT: Readonly<Record<string, string>> = {
  future: "more than 10 minutes in the future: check the sender's clock",
  "too-late": "more than 2 hours older than the newest point of its series",
  infinite: "infinite values cannot be scored: leave them out",
  "series-limit": "the tenant's limit of active series is reached; known series go on",
  "invalid-time": "no usable epoch milliseconds; are they seconds?",
  "invalid-labels": "labels that cannot name a series",
};

function rejectedProblem(
  code: "all_rejected" | "partially_rejected" | "quota_exceeded",
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
    ...(code === "quota_exceeded" ? { retryAfterMs: MINUTE_MS } : {}),
  });
}
