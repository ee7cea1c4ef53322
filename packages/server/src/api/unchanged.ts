import { type EpochMs, MINUTE_MS } from "@foreshock/core/fold";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Read } from "../platform/read.ts";
import { accessOf } from "./access.ts";
import { Problem } from "./problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Takes `from` and `to`, or is answered by the clock: the minute is part of the answer. */
    ranged?: boolean;
  }
}

/** Ranges that follow the clock count as moved once in this time. */
const CLOCK_STEP_MS = MINUTE_MS;

/**
 * Answers a question about the tenant of a request. The reply is tagged with the state it was made from,
 * and callers who have seen that state get 304. The tag is weak: equal tags mean equal rows, not equal
 * bytes. A caller who hangs up is no longer worked for. (The type says "never" because the body is made
 * elsewhere: there is nothing that Fastify would have to turn into text.)
 */
export async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  read: Read,
  now: () => EpochMs,
): Promise<never> {
  const access = accessOf(request);
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const place = `${access.tenantId}${clockOf(request, now)}`;
  const known = revisionIn(request.headers["if-none-match"], place);
  const { revision, body, isKnown } = await access
    .view("read")
    .answer(read, { known, signal: gone.signal });
  if (body !== undefined || isKnown) reply.header("etag", `W/"${place}.${revision}"`);
  if (isKnown) return reply.code(304).send() as never;
  if (body === undefined) throw new Problem("not_found", NOT_FOUND[read.what] ?? "no such thing");
  return reply.type("application/json; charset=utf-8").send(Buffer.from(body.buffer)) as never;
}

const NOT_FOUND: Partial<Readonly<Record<Read["what"], string>>> = {
  "one-series": "no such series",
  points: "no such series",
  anomaly: "no such anomaly",
  explanation: "no such anomaly",
  finding: "no such finding",
};

/** Hook after the answer is made: what went wrong is no state that anybody should keep. */
export async function untagRefusals(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (reply.statusCode !== 200 && reply.statusCode !== 304) reply.removeHeader("etag");
}

interface RangeWords {
  readonly from?: string;
  readonly to?: string;
}

/** The minute, where the range of the question moves with the clock; else nothing. */
function clockOf(request: FastifyRequest, now: () => EpochMs): string {
  if (request.routeOptions.config.ranged !== true) return "";
  const { from, to } = request.query as RangeWords;
  const follows = to === undefined || to.startsWith("now") || from?.startsWith("now") === true;
  return follows ? `.${Math.floor(now() / CLOCK_STEP_MS)}` : "";
}

/** The revision of the caller's reply; undefined where that is of another tenant or another minute. */
function revisionIn(header: string | undefined, place: string): string | undefined {
  const start = `W/"${place}.`;
  for (const one of header?.split(",") ?? []) {
    const tag = one.trim();
    if (tag.startsWith(start)) return tag.slice(start.length, -1);
  }
  return undefined;
}
