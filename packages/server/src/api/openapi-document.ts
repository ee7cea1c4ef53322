import { CSV_TYPES } from "./routes/ingest/csv.ts";
import { NDJSON_TYPES } from "./routes/ingest/json.ts";
import { TAGS } from "./routes/route.ts";

type Json = Readonly<Record<string, unknown>>;
type Operation = Json & { readonly requestBody?: { readonly content: Json } };
type Document = Json & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Json };
};

/** Bodies that are no JSON, by their media type. */
const BODIES: Json = {
  ...bodies(NDJSON_TYPES, {
    type: "string",
    description: "A line for each series: an object as in `series` of the JSON body",
  }),
  ...bodies(CSV_TYPES, {
    type: "string",
    description: "e.g. cluster,node,metric,timestamp,value",
  }),
  "application/x-protobuf": {
    schema: {
      type: "string",
      format: "binary",
      description: "prometheus.WriteRequest, packed with Snappy (block format)",
    },
  },
};

/**
 * What is made of the routes, as generators of clients want it: each operation with a name, tuples without
 * `items: false`, bodies by their media type, records once (the provider writes each also as `XInput`; ours are
 * the same both ways). The server is where the document came from.
 */
export function openApiDocument(made: object): Document {
  const document = withoutInputs(made);
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const named = Object.entries(operations).map(([method, operation]) => {
      const operationId = operationName(method, path);
      return [method, { operationId, ...operation, ...bodyOf(operation) }];
    });
    return [path, Object.fromEntries(named)];
  });
  const tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }));
  return {
    ...document,
    servers: [{ url: "/", description: "The server that this document came from" }],
    tags,
    paths: Object.fromEntries(paths),
  };
}

function withoutInputs(made: object): Document {
  const text = JSON.stringify(made, (_, value) => withItems(value)).replace(
    /"#\/components\/schemas\/(\w+)Input"/g,
    '"#/components/schemas/$1"',
  );
  const { components, ...rest } = JSON.parse(text) as Document;
  const schemas = Object.entries(components.schemas).filter(([name]) => !name.endsWith("Input"));
  return {
    ...rest,
    components: { ...components, schemas: Object.fromEntries(schemas) },
  } as unknown as Document;
}

/** A tuple ends by its length; `items` says what its parts may be, for readers that know no tuples. */
function withItems(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("prefixItems" in value)) return value;
  const parts = value.prefixItems as readonly Json[];
  return { ...value, items: { anyOf: parts }, minItems: parts.length, maxItems: parts.length };
}

/** Such as `getSeriesPoints` for GET /api/v1/series/{id}/points. */
function operationName(method: string, path: string): string {
  const parts = path.split("/").filter((part) => !["", "api", "v1"].includes(part));
  const last = parts.at(-1)?.startsWith("{") === true ? ["by", "id"] : [];
  const words = [...parts.filter((part) => !part.startsWith("{")), ...last];
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}

function bodyOf({ requestBody }: Operation) {
  if (requestBody === undefined) return {};
  const { content } = requestBody;
  const told = Object.entries(content).map(([type, schema]) => [type, BODIES[type] ?? schema]);
  return { requestBody: { required: true, content: Object.fromEntries(told) } };
}

function bodies(types: readonly string[], schema: Json): Json {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}
