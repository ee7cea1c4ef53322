import type { RefusalCode } from "@foreshock/core/fold";
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
  | "method_not_allowed"
  | "request_timeout"
  | "headers_too_large"
  | "all_rejected"
  | "partially_rejected"
  | "quota_exceeded"
  | "address_blocked"
  | "too_costly"
  | "too_many_reads"
  | "internal"
  | "overloaded"
  | "not_ready"
  | "store_unavailable";

type Meaning = readonly [status: number, title: string];

/** Where a code gets its HTTP status. A new code does not compile until it is listed here. */
const MEANING: Readonly<Record<ProblemCode, Meaning>> = {
  "id/empty": [400, "Empty name"],
  "time/invalid": [400, "Invalid time"],
  "range/empty": [400, "Empty range"],
  "series/length-mismatch": [400, "Columns of different length"],
  "series/unsorted": [400, "Points out of order"],
  "series/infinite": [400, "Infinite value"],
  "result/score-out-of-range": [400, "Score outside 0 to 1"],
  "result/unknown-label": [400, "Unknown label"],
  "rollup/unknown-strategy": [400, "Unknown strategy"],
  "window/invalid": [400, "Invalid window"],
  "engine/unknown": [404, "Unknown engine"],
  "engine/unavailable": [409, "Engine unavailable"],
  "engine/duplicate": [409, "Engine already registered"],
  "generator/unsuited": [400, "Injection does not fit this wave"],
  "state/unreadable": [500, "Unreadable saved state"],
  malformed_json: [400, "Invalid JSON"],
  malformed_body: [400, "Malformed body"],
  invalid_series: [400, "Invalid series"],
  body_too_large: [413, "Body too large"],
  decode_limit: [422, "Body cannot be decoded within the limits"],
  unsupported_media_type: [415, "Unsupported content type"],
  unsupported_encoding: [415, "Unsupported content encoding"],
  bad_path: [400, "Invalid path"],
  bad_parameter: [400, "Invalid parameter"],
  bad_request: [400, "Malformed request"],
  invalid_range: [422, "Invalid range"],
  invalid_cursor: [400, "Invalid cursor"],
  tenant_missing: [400, "Tenant missing"],
  key_missing: [401, "API key missing"],
  key_malformed: [401, "Malformed API key"],
  key_unknown: [401, "Unknown API key"],
  key_revoked: [401, "API key revoked"],
  key_expired: [401, "API key expired"],
  scope_missing: [403, "Not allowed for this API key"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "Method not allowed"],
  request_timeout: [408, "Request timeout"],
  headers_too_large: [431, "Headers too large"],
  all_rejected: [422, "No points accepted"],
  partially_rejected: [400, "Some points rejected"],
  quota_exceeded: [429, "Tenant limit exceeded"],
  address_blocked: [429, "Too many refused keys from this address"],
  too_costly: [422, "Asks for too much at once"],
  too_many_reads: [429, "Too many long reads"],
  internal: [500, "Internal error"],
  overloaded: [503, "Server overloaded"],
  not_ready: [503, "Server not ready"],
  store_unavailable: [503, "Store unavailable"],
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
