import { type EpochMs, MINUTE_MS } from "@foreshock/core/fold";
import type { FastifyReply, FastifyRequest } from "fastify";
import { accessOf } from "./access.ts";
import { newRequestId } from "./request-id.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The answer is a function of the tenant's state, the address, and the clock where the range follows it. */
    revised?: boolean;
    /** Takes `from` and `to`. */
    ranged?: boolean;
  }
}

/** Ranges that follow the clock count as moved once in this time. */
const CLOCK_STEP_MS = MINUTE_MS;

/**
 * Hook before a read is computed: tags the state it is computed from, and answers 304 to callers who
 * have seen that state. The tag is weak: equal tags mean equal rows, not equal bytes. Revisions count
 * from the start of the process, so the tag names the start as well.
 */
export function answerUnchanged(now: () => EpochMs) {
  const startId = newRequestId();
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { revised, ranged } = request.routeOptions.config;
    if (revised !== true) return;
    const access = accessOf(request);
    const clock =
      ranged === true && followsClock(request.query as RangeWords)
        ? `.${Math.floor(now() / CLOCK_STEP_MS)}`
        : "";
    const tag = `W/"${startId}.${access.tenantId}.${access.view("read").revision()}${clock}"`;
    reply.header("etag", tag);
    if (!names(request.headers["if-none-match"], tag)) return;
    return reply.code(304).send();
  };
}

/** Hook after the answer is made: what went wrong is no state that anybody should keep. */
export async function untagRefusals(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (reply.statusCode !== 200 && reply.statusCode !== 304) reply.removeHeader("etag");
}

interface RangeWords {
  readonly from?: string;
  readonly to?: string;
}

/** The end is now where it is left out. */
function followsClock({ from, to }: RangeWords): boolean {
  return to === undefined || to.startsWith("now") || from?.startsWith("now") === true;
}

function names(header: string | undefined, tag: string): boolean {
  return header?.split(",").some((one) => one.trim() === tag || one.trim() === "*") === true;
}
