import { Refusal } from "@foreshock/core/fold";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { IngestProblem } from "../ingest/ingest-problem.ts";
import type { RefusedRequest } from "../observe/refused-requests.ts";
import { Abandoned } from "../platform/pace.ts";
import {
  BadCursor,
  OverRate,
  TooCostly,
  TooManyReads,
  Unavailable,
} from "../platform/platform-errors.ts";
import { SettingsProblem } from "../tenant/tenant-settings.ts";
import type { ProblemBody } from "../wire/schema/problem.ts";
import { addressGroup } from "./connections/address.ts";
import { Problem, type ProblemCode } from "./problem.ts";
import { rateHeaders } from "./rate-headers.ts";

/** Fastify's own errors that are the caller's fault. Anything else that is not a 4xx becomes a 500. */
const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_BAD_URL: "bad_path",
};

/**
 * The one place where an error becomes a reply. Our own mistakes are logged here, once, and not shown.
 *
 * @param refused hears of what a known key may not do, and of what is over a rate.
 */
export function installErrorHandler(
  app: FastifyInstance,
  refused?: (request: RefusedRequest) => void,
): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.status === 403 || problem.status === 429) {
      const tenant = request.access?.holder.tenantId;
      const actor = request.keyId ?? addressGroup(request.ip);
      refused?.({ actor, tenant, outcome: problem.code });
    }
    if (problem.status >= 500 && problem.code === "internal") {
      request.log.error({ err: error }, "request failed");
    }
    return sendProblem(request, reply, problem);
  });
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
): FastifyReply {
  const { extras } = problem;
  if (extras.retryAfterMs !== undefined) {
    reply.header("retry-after", Math.max(1, Math.ceil(extras.retryAfterMs / 1000)));
  }
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="foreshock"');
  if (extras.headers !== undefined) reply.headers(extras.headers);
  return reply
    .code(problem.status)
    .serializer(JSON.stringify)
    .type("application/problem+json")
    .send(problemBody(problem, request.id));
}

export function problemBody(problem: Problem, requestId: string): ProblemBody {
  const { hint, errors } = problem.extras;
  return {
    type: `urn:foreshock:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    ...(hint === undefined ? {} : { hint }),
    requestId,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}

/** What an error means to the caller. */
export function problemOf(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof IngestProblem) return ofIngest(error);
  // Nobody reads it; it must only not be logged as a failure of ours.
  if (error instanceof Abandoned) return new Problem("bad_request", error.message);
  if (error instanceof Refusal) {
    return new Problem(error.code, `${error.message} (${factsText(error.facts)})`);
  }
  if (error instanceof Unavailable) {
    const { retryAfterMs } = error;
    const code = error.code === "memory/full" ? "overloaded" : "store_unavailable";
    return new Problem(code, error.message, { retryAfterMs, hint: "try again" });
  }
  if (error instanceof SettingsProblem) {
    return new Problem("bad_parameter", error.message, { hint: "nothing was changed" });
  }
  if (error instanceof OverRate) return ofRate(error);
  if (error instanceof TooCostly) {
    return new Problem("too_costly", error.message, { hint: error.hint });
  }
  if (error instanceof TooManyReads) {
    const { retryAfterMs } = error;
    return new Problem("too_many_reads", error.message, { retryAfterMs, hint: "ask again later" });
  }
  if (error instanceof BadCursor) {
    return new Problem("invalid_cursor", error.message, {
      hint: "hand back `nextCursor` as it came, or leave the cursor out to begin again",
    });
  }
  if (hasZodFastifySchemaValidationErrors(error)) return ofValidation(error);
  return ofFastify(error);
}

function ofRate({ message, rate }: OverRate): Problem {
  return new Problem("quota_exceeded", message, {
    retryAfterMs: rate.retryAfterMs,
    hint: "wait as long as Retry-After says, then send again",
    headers: rateHeaders(rate),
  });
}

function ofIngest(error: IngestProblem): Problem {
  const errors =
    error.pointer === "" ? undefined : [{ pointer: error.pointer, detail: error.message }];
  const where = error.pointer === "" ? "" : `${error.pointer}: `;
  return new Problem(error.fault, where + error.message, {
    hint: error.hint,
    ...(errors === undefined ? {} : { errors }),
  });
}

function ofValidation(error: FastifyError): Problem {
  const errors = (error.validation ?? []).map(({ instancePath, message, params }) => ({
    pointer: instancePath === "/" ? `/${unknownKeys(params)}` : instancePath,
    detail: message ?? "is invalid",
  }));
  const first = errors[0];
  return new Problem(
    "bad_parameter",
    first === undefined ? error.message : `${first.pointer}: ${first.detail}`,
    { hint: "see the parameters of this address at /docs", errors },
  );
}

function unknownKeys(params: unknown): string {
  const keys = (params as { keys?: unknown } | undefined)?.keys;
  return Array.isArray(keys) ? keys.join(",") : "";
}

function ofFastify(error: FastifyError): Problem {
  const code = FASTIFY_CODES[error.code ?? ""];
  if (code !== undefined) return new Problem(code, error.message);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new Problem("bad_request", error.message);
  return new Problem("internal", "the request was not finished; the log has the details", {
    hint: "give the request id to whoever runs this server",
  });
}

function factsText(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(", ");
}
