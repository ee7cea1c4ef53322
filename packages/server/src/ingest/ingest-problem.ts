/** Every reason for which a body is turned away whole. `api/problem.ts` gives each its status. */
export type IngestFault =
  | "malformed_json"
  | "malformed_body"
  | "invalid_series"
  | "body_too_large"
  | "decode_limit"
  | "unsupported_media_type"
  | "unsupported_encoding";

/**
 * A body that cannot be taken. `pointer` names the place (`/series/3/points/17`, `line 4`), empty
 * where the whole body is meant; the message says what is wrong, `hint` what to do.
 */
export class IngestProblem extends Error {
  override readonly name = "IngestProblem";
  readonly fault: IngestFault;
  readonly pointer: string;
  readonly hint: string;

  constructor(fault: IngestFault, message: string, hint: string, pointer = "") {
    super(message);
    this.fault = fault;
    this.hint = hint;
    this.pointer = pointer;
  }
}
