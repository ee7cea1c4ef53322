import type { IngestFault } from "../ingest/ingest-problem.ts";
import type { DecodedBody } from "../ingest/packed-builder.ts";
import type { EncodedBody } from "./decoder.ts";

/** What a decoder hears, one body at a time: the next comes after its answer. */
export type ToDecoder = DecodeMessage | ForgetMessage;

export interface DecodeMessage {
  readonly type: "decode";
  readonly body: EncodedBody;
}

/** The tenant has been idle for long: what is remembered of it can go. */
export interface ForgetMessage {
  readonly type: "forget";
  readonly tenantId: string;
}

export type FromDecoder = DecodedMessage | RefusedMessage | BrokenMessage;

export interface DecodedMessage {
  readonly type: "decoded";
  readonly body: DecodedBody;
}

/** The body cannot be taken: an `IngestProblem` as data. */
export interface RefusedMessage {
  readonly type: "refused";
  readonly fault: IngestFault;
  readonly message: string;
  readonly hint: string;
  readonly pointer: string;
}

/** A mistake of ours; the decoder goes on. */
export interface BrokenMessage {
  readonly type: "broken";
  readonly message: string;
}
