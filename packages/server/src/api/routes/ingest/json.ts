import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { demandEncoding } from "../../../ingest/body-encoding.ts";
import { IngestBody } from "../../../wire/schema/ingest.ts";
import { tenantQuery } from "../place-query.ts";
import { decoded, mediaType, wrongType } from "./body.ts";
import type { IngestParts } from "./ingest-parts.ts";
import { answered, INGEST_CONFIG, INGEST_SCHEMA, store } from "./report.ts";

export const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

const SCHEMA = {
  ...INGEST_SCHEMA,
  summary: "Send points as JSON, or NDJSON with one series object per line",
  consumes: ["application/json", ...NDJSON_TYPES],
  querystring: z.strictObject(tenantQuery),
  body: IngestBody,
};

/** POST /ingest. */
export function jsonRoute(base: FastifyInstance, parts: IngestParts): void {
  const app = base.withTypeProvider<ZodTypeProvider>();
  app.post("/ingest", { schema: SCHEMA, config: INGEST_CONFIG }, async (request, reply) => {
    const format = { kind: kindOf(request) };
    demandEncoding(request.headers["content-encoding"]);
    const body = await decoded(parts.decoder, request, format, parts.limits);
    return answered(await store("json", body, parts.metrics, request, reply));
  });
}

function kindOf(request: FastifyRequest): "json" | "ndjson" {
  const type = mediaType(request);
  if (type === "application/json") return "json";
  if (NDJSON_TYPES.includes(type)) return "ndjson";
  throw wrongType(type, ["application/json", NDJSON_TYPES[0]!]);
}
