import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendProblem } from "../error-handler.ts";
import type { KnownRoutes } from "../known-routes.ts";
import { Problem } from "../problem.ts";

const YEAR_S = 31_536_000;

/**
 * The dashboard's files at `/`, and its page for every address that is nobody else's: the page reads
 * its state from the address. Files under /assets carry a hash in their name and never change. What was packed
 * when the dashboard was built goes out packed.
 *
 * @param dir the built dashboard; undefined, or a folder without page, answers 404 with the remedy.
 */
export async function installDashboard(
  app: FastifyInstance,
  routes: KnownRoutes,
  dir?: string,
): Promise<void> {
  const built = dir !== undefined && existsSync(join(dir, "index.html"));
  if (built) {
    await app.register(fastifyStatic, {
      root: dir,
      index: false,
      wildcard: false,
      preCompressed: true,
      dotfiles: "deny",
      schemaHide: true,
      cacheControl: false,
      setHeaders: (response, path) => {
        const hashed = path.startsWith(join(dir, "assets"));
        const caching = hashed ? `public, max-age=${YEAR_S}, immutable` : "no-cache";
        response.header("cache-control", caching);
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const methods = routes.methodsAt(pathOf(request));
    if (methods.length > 0) return sendProblem(request, reply, wrongMethod(request, methods));
    if (!wantsPage(request)) return sendProblem(request, reply, notFound(request));
    if (built) return sendPage(reply);
    const problem = new Problem("not_found", "the dashboard is not built", {
      hint: "run `npm run build:dashboard` and start the server again",
    });
    return sendProblem(request, reply, problem);
  });
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply.sendFile("index.html");
}

/** The dashboard's own addresses below a cluster, whose names may hold anything. */
const PLACE = /^\/t\/[^/]+\/c\/[^/]+(\/n\/[^/]+(\/m\/[^/]+)?)?\/?$/;
/** Addresses of machines: a wrong path there must not look like success. */
const MACHINES = new Set(
  "api assets docs healthz metrics openapi.json otlp prometheus readyz v1".split(" "),
);

/** People get the page, also at an address that it does not know; it says so. */
function wantsPage(request: FastifyRequest): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const path = pathOf(request);
  if (PLACE.test(path)) return true;
  const parts = partsOf(path);
  if (parts.some((part) => part.startsWith(".") || /\.[a-z0-9]{1,8}$/.test(part))) return false;
  return !parts.some((part) => MACHINES.has(part));
}

/** As the most generous reader would read it: decoded twice, in small letters, any bar a slash. */
function partsOf(path: string): string[] {
  let read = path;
  for (let times = 0; times < 2; times++) read = decoded(read);
  return read
    .toLowerCase()
    .split(/[/\\;]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0]!;
}

function notFound(request: FastifyRequest): Problem {
  return new Problem("not_found", `nothing at ${request.method} ${pathOf(request)}`, {
    hint: "see /docs for all addresses",
  });
}

function wrongMethod(request: FastifyRequest, methods: readonly string[]): Problem {
  return new Problem("method_not_allowed", `${pathOf(request)} does not take ${request.method}`, {
    hint: `use ${methods.join(" or ")}`,
    headers: { allow: methods.join(", ") },
  });
}
