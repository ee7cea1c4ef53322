import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { readJson, readNdjson } from "../../../ingest/json.ts";
import { batchOf } from "../../../platform/ingest-batch.ts";
import { IngestBody } from "../../../wire/schema/ingest.ts";
import { tenantQuery } from "../place-query.ts";
import { mediaType, unpacked, wrongType } from "./body.ts";
import type { IngestParts } from "./ingest-parts.ts";
import { answered, INGEST_CONFIG, INGEST_SCHEMA, store } from "./report.ts";

const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

const SCHEMA = {
  ...INGEST_SCHEMA,
  summary: "Send points as JSON, or NDJSON with one series object per line",
  consumes: ["application/json", "application/x-ndjson"],
  querystring: z.strictObject(tenantQuery),
  body: IngestBody,
};

/** POST /ingest. */
export function jsonRoute(base: FastifyInstance, { limits, metrics }: IngestParts): void {
  const app = base.withTypeProvider<ZodTypeProvider>();
  const { decodedBytesMax, pointsMax } = limits.body;
  app.post("/ingest", { schema: SCHEMA, config: INGEST_CONFIG }, async (request, reply) => {
    const bytes = await unpacked(request, decodedBytesMax);
    const batch = batchOf(readerOf(request)(bytes, pointsMax));
    return answered(await store("json", batch, metrics, request, reply));
  });
}

function readerOf(request: FastifyRequest): typeof readJson {
  const type = mediaType(request);
  if (type === "application/json") return readJson;
  if (NDJSON_TYPES.includes(type)) return readNdjson;
  throw wrongType(type, ["application/json", NDJSON_TYPES[0]!]);
}
