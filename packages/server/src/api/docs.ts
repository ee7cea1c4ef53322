import { Worker } from "node:worker_threads";
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { takesGzip } from "./compress.ts";
import { sharedBytes } from "./connections/large-reply.ts";
import type { DocsPage } from "./docs-page.ts";
import { openApiDocument } from "./openapi-document.ts";
import { Problem } from "./problem.ts";
import { policyForPage } from "./security-headers.ts";

/** The name carries the hash of what it holds. */
const FOR_EVER = "public, max-age=31536000, immutable";
/** The same file ending as this one: TypeScript in the repository, JavaScript in the package. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";

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
    transformObject: (document) => openApiDocument(jsonSchemaTransformObject(document)) as never,
  });
}

/** `/openapi.json`, and `/docs` with everything it needs served from here. */
export async function installDocs(app: FastifyInstance): Promise<void> {
  const hidden = { schema: { hide: true } };
  app.get("/openapi.json", hidden, async (_, reply) => {
    return reply.header("cache-control", "no-cache").send(app.swagger());
  });
  app.get("/docs", hidden, async (_, reply) => reply.redirect("/docs/", 301));
  let prepared: Promise<DocsPage> | undefined;
  const page = (): Promise<DocsPage> => {
    prepared ??= preparedPage();
    prepared.catch(() => {
      prepared = undefined;
    });
    return prepared;
  };
  app.get("/docs/", hidden, async (_, reply) => {
    const { html } = await page();
    reply.header("content-security-policy", policyForPage(html));
    return reply.type("text/html").send(html);
  });
  app.get<{ Params: { name: string } }>("/docs/js/:name", hidden, async (request, reply) => {
    const { scriptName, script, scriptPacked } = await page();
    if (request.params.name !== scriptName) {
      throw new Problem("not_found", "no such page of the docs", { hint: "see /docs/" });
    }
    const packed = takesGzip(request.headers["accept-encoding"]);
    const bytes = packed ? scriptPacked : script;
    if (packed) reply.header("content-encoding", "gzip");
    return reply
      .type("text/javascript; charset=utf-8")
      .headers({
        "cache-control": FOR_EVER,
        vary: "accept-encoding",
        "content-length": bytes.length,
      })
      .send(sharedBytes(bytes));
  });
}

/** In a thread of its own: reading 5 MB of script would keep everybody waiting. */
function preparedPage(): Promise<DocsPage> {
  const { promise, resolve, reject } = Promise.withResolvers<DocsPage>();
  const worker = new Worker(new URL(`./docs-worker.${ENDING}`, import.meta.url));
  worker.unref();
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the thread of the docs ended without a page")));
  return promise;
}
