import { type EpochMs, MINUTE_MS } from "@foreshock/core/fold";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Read } from "../platform/read.ts";
import { accessOf } from "./access.ts";
import { Problem } from "./problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Takes `from` and `to`, and shows nothing but what was in them. */
    ranged?: boolean;
  }
}

/** Ranges that follow the clock count as moved once in this time, and so do words such as "late" about now. */
const CLOCK_STEP_MS = MINUTE_MS;

/**
 * Answers a question about the tenant of a request. The reply is tagged with the minute, the state it was made
 * from and a mark of its bytes. Callers who have seen that minute and state get 304 without any work; callers
 * whose reply would have the same bytes get 304 with the new tag. The tag is weak: packing changes the bytes.
 * A caller who hangs up is no longer worked for. (The type says "never" because the body is made elsewhere:
 * there is nothing that Fastify would have to turn into text.)
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
  const { tenantId } = access;
  const minute = clockOf(request, now);
  const known = revisionIn(request.headers["if-none-match"], tenantId, minute);
  const { revision, body, isKnown } = await access
    .view("read")
    .answer(read, { known, signal: gone.signal });
  if (body !== undefined || isKnown) reply.header("etag", `W/"${tenantId}.${minute}.${revision}"`);
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

/** The minute; nothing where all that is shown was in a range that stands still. */
function clockOf(request: FastifyRequest, now: () => EpochMs): string {
  const { from, to } = request.query as RangeWords;
  const follows = to === undefined || to.startsWith("now") || from?.startsWith("now") === true;
  if (request.routeOptions.config.ranged === true && !follows) return "";
  return `${Math.floor(now() / CLOCK_STEP_MS)}`;
}

/**
 * The revision of the caller's reply; of another minute only the mark of its bytes. Undefined where it is of
 * another tenant: its marks must not tell anything.
 */
function revisionIn(
  header: string | undefined,
  tenantId: string,
  minute: string,
): string | undefined {
  const start = `W/"${tenantId}.`;
  for (const one of header?.split(",") ?? []) {
    const tag = one.trim();
    if (!tag.startsWith(start)) continue;
    const rest = tag.slice(start.length, -1);
    if (rest.startsWith(`${minute}.`)) return rest.slice(minute.length + 1);
    const mark = rest.lastIndexOf("~");
    if (mark >= 0) return rest.slice(mark);
  }
  return undefined;
}
