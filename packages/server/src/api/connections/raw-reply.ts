import type { ServerResponse } from "node:http";
import { problemBody } from "../error-handler.ts";
import type { Problem } from "../problem.ts";
import { newRequestId } from "../request-id.ts";

/** Headers of a problem that is answered before, or instead of, the routes. */
function headersOf({ extras }: Problem): Record<string, string | number> {
  const { retryAfterMs, headers } = extras;
  return {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(retryAfterMs === undefined
      ? {}
      : { "retry-after": Math.max(1, Math.ceil(retryAfterMs / 1000)) }),
    ...headers,
  };
}

/** Answers a request that no route will see, and ends its connection. */
export function answerProblem(response: ServerResponse, problem: Problem): void {
  const body = Buffer.from(JSON.stringify(problemBody(problem, newRequestId())));
  response.writeHead(problem.status, {
    ...headersOf(problem),
    "content-length": body.length,
    connection: "close",
  });
  response.end(body);
}

/** A whole reply as text, for a connection that has no reply object. */
export function lastWords(problem: Problem): string {
  const body = JSON.stringify(problemBody(problem, newRequestId()));
  const headers = Object.entries({
    ...headersOf(problem),
    "content-length": Buffer.byteLength(body),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${problem.title}\r\n${headers.join("")}\r\n${body}`;
}
