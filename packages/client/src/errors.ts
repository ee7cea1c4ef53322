import type { Problem } from "./api.gen.ts";

/** What is known of a failure: the server's problem details, as far as they came, and our own. */
export interface ErrorFacts extends Partial<Problem> {
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

/**
 * Everything the client throws, except an abort asked for by the caller, which comes out as the
 * signal's own reason. `message` is the problem's title and detail; `hint` says what to do.
 */
export class ForeshockError extends Error {
  override readonly name: string = "ForeshockError";
  /** A stable word for programs, such as `key_missing`. */
  readonly code: string;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly title: string;
  readonly hint: string | undefined;
  /** Find this in the server's log; undefined where the request never arrived. */
  readonly requestId: string | undefined;
  /** Which parts of the request were wrong, where the server named them. */
  readonly errors: NonNullable<Problem["errors"]>;

  constructor(facts: ErrorFacts) {
    const title = facts.title ?? "Request failed";
    super(
      facts.detail === undefined || facts.detail === title ? title : `${title}: ${facts.detail}`,
      {
        cause: facts.cause,
      },
    );
    this.title = title;
    this.code = facts.code ?? "unknown";
    this.status = facts.status ?? 0;
    this.hint = facts.hint;
    this.requestId = facts.requestId;
    this.errors = facts.errors ?? [];
  }
}

/** 401 and 403: the key is missing, malformed, revoked, or may not do this. */
export class AuthError extends ForeshockError {
  override readonly name = "AuthError";
}

/** 404: there is no such thing, or it belongs to another tenant. */
export class NotFoundError extends ForeshockError {
  override readonly name = "NotFoundError";
}

/** 400, 409, 412, 413, 415, 422: the request is wrong as it is. Repeating it does not help. */
export class ValidationError extends ForeshockError {
  override readonly name = "ValidationError";
}

/** 429: over a limit of the tenant, after all retries. */
export class RateLimitError extends ForeshockError {
  override readonly name = "RateLimitError";
  /** How long the server asks to wait; undefined where it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(facts: ErrorFacts) {
    super(facts);
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** 5xx after all retries, or a 2xx whose body is not what this client understands. */
export class ServerError extends ForeshockError {
  override readonly name = "ServerError";
}

/** No answer: refused, reset, unresolved, or slower than the time-out. `status` is 0. */
export class ConnectionError extends ForeshockError {
  override readonly name = "ConnectionError";
}

/** The error class that belongs to an HTTP status. */
export function errorOfStatus(facts: ErrorFacts): ForeshockError {
  const status = facts.status ?? 0;
  if (status === 401 || status === 403) return new AuthError(facts);
  if (status === 404) return new NotFoundError(facts);
  if (status === 429) return new RateLimitError(facts);
  if (status >= 500) return new ServerError(facts);
  return new ValidationError(facts);
}
