import swagger from "@fastify/swagger";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { Problem } from "./problem.ts";
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
        description:
          "Which tenant, cluster, node and metric misbehaves now, how badly, and why. Reads carry an ETag: sent back as If-None-Match it is answered 304 while nothing has changed.",
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

/** `/openapi.json`, and `/docs` with everything it needs served from here. */
export async function installDocs(app: FastifyInstance): Promise<void> {
  const hidden = { schema: { hide: true } };
  app.get("/openapi.json", hidden, async (_, reply) => {
    return reply.header("cache-control", "no-cache").send(app.swagger());
  });
  app.get("/docs", hidden, async (_, reply) => reply.redirect("/docs/", 301));
  let reference: Promise<FastifyInstance> | undefined;
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    reference ??= openReference();
    const got = await (await reference).inject({ method: "GET", url: request.url });
    if (got.statusCode !== 200) throw new Problem("not_found", "no such page of the docs");
    const type = String(got.headers["content-type"]);
    if (type.startsWith("text/html")) {
      reply.header("content-security-policy", policyForPage(got.payload));
    }
    return reply.type(type).send(got.payload);
  };
  app.get("/docs/", hidden, serve);
  app.get("/docs/js/scalar.js", hidden, serve);
  app.addHook("onClose", async () => (await reference)?.close());
}

/** The reference's plugin is 5 MB of script: read when somebody asks for it, not with each start. */
async function openReference(): Promise<FastifyInstance> {
  const { default: scalar } = await import("@scalar/fastify-api-reference");
  const inner = Fastify();
  await inner.register(scalar, {
    routePrefix: "/docs",
    configuration: {
      url: "/openapi.json",
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      // What would send the reader, or what they type, to somebody else's service.
      showDeveloperTools: "never",
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  await inner.ready();
  return inner;
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
