import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { DECIMAL_MARKS } from "../../../files/read-options.ts";
import { TIME_UNITS } from "../../../files/time/epoch.ts";
import { zoneOf } from "../../../files/time/zone.ts";
import { demandEncoding } from "../../../ingest/body-encoding.ts";
import { tenantQuery } from "../place-query.ts";
import { decoded, demandType } from "./body.ts";
import type { IngestParts } from "./ingest-parts.ts";
import { answered, INGEST_CONFIG, INGEST_SCHEMA, NAME_PARAM, store } from "./report.ts";

export const CSV_TYPES = ["text/csv", "application/csv", "text/plain"];
const TEXT_LENGTH_MAX = 200;
const LINES_MAX = 100_000;
const LIST_MAX = 20;

const TEXT = z.string().min(1).max(TEXT_LENGTH_MAX).optional();
/** Several texts in one parameter, separated by commas. */
const LIST = z
  .string()
  .min(1)
  .max(LIST_MAX * TEXT_LENGTH_MAX)
  .transform((text) => text.split(",", LIST_MAX + 1).map((part) => part.trim()))
  .refine((parts) => parts.length <= LIST_MAX, { error: `at most ${LIST_MAX} names` })
  .optional();

const SCHEMA = {
  ...INGEST_SCHEMA,
  summary: "Send points as CSV: narrow, wide, long or an export, recognised by its first lines",
  consumes: CSV_TYPES,
  querystring: z.strictObject({
    ...tenantQuery,
    cluster: NAME_PARAM,
    node: NAME_PARAM,
    time: TEXT.describe("the time column, by name or number"),
    timeUnit: z.enum(TIME_UNITS).optional().describe("unit of its numbers"),
    timeFormat: TEXT.describe("how times are written: excel, or dd/MM/yyyy HH:mm:ss"),
    zone: TEXT.refine((name) => name === undefined || zoneOf(name) !== undefined, {
      error: "no such zone: give one such as Europe/Berlin",
    }).describe("zone of times that name none"),
    decimal: z.enum(DECIMAL_MARKS).optional().describe("what stands before decimals"),
    skip: z.coerce
      .number()
      .int()
      .min(0)
      .max(LINES_MAX)
      .optional()
      .describe("lines before the header"),
    by: LIST.describe("columns that identify a series: cluster=COL,node=COL,metric=COL"),
    counter: LIST.describe("patterns of cumulative counters; default: names that end in _total"),
  }),
  body: z.string().describe("e.g. cluster,node,metric,timestamp,value"),
};

/** POST /ingest/csv. */
export function csvRoute(base: FastifyInstance, parts: IngestParts): void {
  const app = base.withTypeProvider<ZodTypeProvider>();
  app.post("/ingest/csv", { schema: SCHEMA, config: INGEST_CONFIG }, async (request, reply) => {
    demandType(request, CSV_TYPES);
    demandEncoding(request.headers["content-encoding"]);
    const { tenant: _, counter: counters, ...told } = request.query;
    const format = { kind: "csv", names: { ...told, counters } } as const;
    const body = await decoded(parts.decoder, request, format, parts.limits);
    return answered(await store("csv", body, parts.metrics, request, reply));
  });
}
