import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { readCsv } from "../../../ingest/csv-body.ts";
import { batchOf } from "../../../platform/ingest-batch.ts";
import { tenantQuery } from "../place-query.ts";
import { demandType, unpacked } from "./body.ts";
import type { IngestParts } from "./ingest-parts.ts";
import { answered, INGEST_CONFIG, INGEST_SCHEMA, NAME_PARAM, store } from "./report.ts";

const CSV_TYPES = ["text/csv", "application/csv", "text/plain"];

const SCHEMA = {
  ...INGEST_SCHEMA,
  summary: "Send points as CSV: narrow, wide or long, recognised by the header",
  consumes: ["text/csv"],
  querystring: z.strictObject({ ...tenantQuery, cluster: NAME_PARAM, node: NAME_PARAM }),
  body: z.string().describe("e.g. cluster,node,metric,timestamp,value"),
};

/** POST /ingest/csv. */
export function csvRoute(base: FastifyInstance, { limits, metrics }: IngestParts): void {
  const app = base.withTypeProvider<ZodTypeProvider>();
  const { decodedBytesMax, pointsMax } = limits.body;
  app.post("/ingest/csv", { schema: SCHEMA, config: INGEST_CONFIG }, async (request, reply) => {
    demandType(request, CSV_TYPES);
    const bytes = await unpacked(request, decodedBytesMax);
    const { cluster, node } = request.query;
    const batch = batchOf(await readCsv(bytes, { cluster, node }, pointsMax));
    return answered(await store("csv", batch, metrics, request, reply));
  });
}
