import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendProblem } from "../error-handler.ts";
import { Problem } from "../problem.ts";

const YEAR_S = 31_536_000;

/**
 * The dashboard's files at `/`, and its page for every address that is nobody else's: the page reads
 * its state from the address. Files under /assets carry a hash in their name and never change.
 *
 * @param dir the built dashboard; undefined, or a folder without page, answers 404 with the remedy.
 */
export async function installDashboard(app: FastifyInstance, dir?: string): Promise<void> {
  const built = dir !== undefined && existsSync(join(dir, "index.html"));
  if (built) {
    await app.register(fastifyStatic, {
      root: dir,
      index: false,
      wildcard: false,
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

/** Addresses of machines never get the page: a wrong path there must not look like success. */
function wantsPage(request: FastifyRequest): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const path = request.url.split("?")[0]!;
  if (/^\/(api|assets|docs|prometheus|otlp|v1)(\/|$)/.test(path)) return false;
  return !/\.[a-z0-9]{1,8}$/i.test(path) || (request.headers.accept ?? "").includes("text/html");
}

function notFound(request: FastifyRequest): Problem {
  return new Problem("not_found", `nothing at ${request.method} ${request.url.split("?")[0]}`, {
    hint: "see /docs for all addresses",
  });
}
