import swagger from "@fastify/swagger";
import scalar from "@scalar/fastify-api-reference";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { policyForPage } from "./security-headers.ts";

type Document = Readonly<Record<string, unknown>>;

/** Registers what collects the routes; must stand before them. */
export async function collectRoutes(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Foreshock",
        version,
        description: "Which tenant, cluster, node and metric misbehaves now, how badly, and why.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: {
        securitySchemes: {
          key: { type: "http", scheme: "bearer", description: "An API key: fsk_..." },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => outputOnly(jsonSchemaTransformObject(document)),
  });
}

/** Hook: the page of the docs has inline scripts of its own, and a policy that lets just these run. */
export async function docsPolicy(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (request.routeOptions.url !== "/docs/" || typeof payload !== "string") return payload;
  reply.header("content-security-policy", policyForPage(payload));
  return payload;
}

/** `/openapi.json`, and `/docs` with everything it needs served from here. */
export async function installDocs(app: FastifyInstance): Promise<void> {
  app.get("/openapi.json", { schema: { hide: true } }, async (_, reply) => {
    return reply.header("cache-control", "no-cache").send(app.swagger());
  });
  await app.register(scalar, {
    routePrefix: "/docs",
    configuration: {
      url: "/openapi.json",
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
    },
  });
}

/**
 * The provider writes each record twice, as `X` and `XInput`. Ours are the same both ways: every
 * reference goes to `X`.
 */
function outputOnly(document: object): Document {
  const { components, ...rest } = JSON.parse(
    JSON.stringify(document).replace(
      /"#\/components\/schemas\/(\w+)Input"/g,
      '"#/components/schemas/$1"',
    ),
  ) as { components: { schemas: Record<string, unknown> } };
  const schemas = Object.entries(components.schemas).filter(([name]) => !name.endsWith("Input"));
  return { ...rest, components: { ...components, schemas: Object.fromEntries(schemas) } };
}
