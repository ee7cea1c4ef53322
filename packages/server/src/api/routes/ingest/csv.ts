import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { demandEncoding } from "../../../ingest/body-encoding.ts";
import { tenantQuery } from "../place-query.ts";
import { decoded, demandType } from "./body.ts";
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
export function csvRoute(base: FastifyInstance, parts: IngestParts): void {
  const app = base.withTypeProvider<ZodTypeProvider>();
  app.post("/ingest/csv", { schema: SCHEMA, config: INGEST_CONFIG }, async (request, reply) => {
    demandType(request, CSV_TYPES);
    demandEncoding(request.headers["content-encoding"]);
    const { cluster, node } = request.query;
    const format = { kind: "csv", names: { cluster, node } } as const;
    const body = await decoded(parts.decoder, request, format, parts.limits.body);
    return answered(await store("csv", body, parts.metrics, request, reply));
  });
}
