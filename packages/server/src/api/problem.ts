import type { RefusalCode } from "@foreshock/core";
import type { IngestFault } from "../ingest/ingest-problem.ts";

/** Every reason for which the server turns a request away, besides the core's refusals. */
export type ProblemCode =
  | RefusalCode
  | IngestFault
  | "bad_path"
  | "bad_parameter"
  | "bad_request"
  | "invalid_range"
  | "invalid_cursor"
  | "tenant_missing"
  | "key_missing"
  | "key_malformed"
  | "key_unknown"
  | "key_revoked"
  | "key_expired"
  | "scope_missing"
  | "not_found"
  | "request_timeout"
  | "headers_too_large"
  | "all_rejected"
  | "partially_rejected"
  | "quota_exceeded"
  | "internal"
  | "overloaded"
  | "not_ready"
  | "store_unavailable";

type Meaning = readonly [status: number, title: string];

/** Where a code gets its HTTP status. A new code does not compile until it stands here. */
const MEANING: Readonly<Record<ProblemCode, Meaning>> = {
  "id/empty": [400, "A name is empty"],
  "time/invalid": [400, "A time cannot be read"],
  "range/empty": [400, "The range is empty"],
  "series/length-mismatch": [400, "Columns differ in length"],
  "series/unsorted": [400, "Points are not in order of time"],
  "series/infinite": [400, "A value is infinite"],
  "result/score-out-of-range": [400, "A score is outside 0 to 1"],
  "result/unknown-label": [400, "The label is not known"],
  "rollup/unknown-strategy": [400, "The strategy is not known"],
  "window/invalid": [400, "The window is not possible"],
  "engine/unknown": [404, "No such engine"],
  "engine/unavailable": [409, "The engine cannot run here"],
  "engine/duplicate": [409, "The engine is registered already"],
  "generator/unsuited": [400, "The injection means nothing on this wave"],
  "state/unreadable": [500, "A saved state cannot be read"],
  malformed_json: [400, "The body is no valid JSON"],
  malformed_body: [400, "The body cannot be read"],
  invalid_series: [400, "A series in the body is not as it must be"],
  body_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "This content type is not understood here"],
  unsupported_encoding: [415, "This content encoding is not understood here"],
  bad_path: [400, "The address is not written plainly"],
  bad_parameter: [400, "A parameter is not as it must be"],
  bad_request: [400, "The request cannot be read"],
  invalid_range: [422, "The range is not possible"],
  invalid_cursor: [400, "The cursor is not one of ours"],
  tenant_missing: [400, "The tenant is not named"],
  key_missing: [401, "No API key"],
  key_malformed: [401, "The API key is not whole"],
  key_unknown: [401, "The API key is not known"],
  key_revoked: [401, "The API key was revoked"],
  key_expired: [401, "The API key has expired"],
  scope_missing: [403, "The API key may not do this"],
  not_found: [404, "Not found"],
  request_timeout: [408, "The request came too slowly"],
  headers_too_large: [431, "The headers are too large"],
  all_rejected: [422, "No point was accepted"],
  partially_rejected: [400, "Some points were not accepted"],
  quota_exceeded: [429, "A limit of the tenant is reached"],
  internal: [500, "Something went wrong on our side"],
  overloaded: [503, "The server is at its limit"],
  not_ready: [503, "The server is not ready"],
  store_unavailable: [503, "The store cannot take it now"],
};

export interface ProblemExtras {
  /** What the caller can do about it. */
  readonly hint?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Turns a request away. Flies to the one error handler; routes do not catch it. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return MEANING[this.code][0];
  }

  get title(): string {
    return MEANING[this.code][1];
  }
}
