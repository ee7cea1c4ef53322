import type { DecodeLimits } from "../ingest/body-budget.ts";
import type { CsvBodyOptions } from "../ingest/csv-body.ts";
import type { DecodedBody } from "../ingest/packed-builder.ts";
import type { LabelNames } from "../platform/label-names.ts";

/** How a body is written. */
export type BodyFormat =
  | { readonly kind: "json" | "ndjson" }
  | { readonly kind: "csv"; readonly names: CsvBodyOptions }
  | { readonly kind: "remote-write"; readonly labels: LabelNames };

/** A body as it came, still packed by its sender. */
export interface EncodedBody {
  readonly tenantId: string;
  readonly format: BodyFormat;
  /** Handed over: whoever asks for it to be decoded must not touch it again. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How the sender packed it; "snappy" for remote write. */
  readonly encoding: string | undefined;
  readonly limits: DecodeLimits;
}

/** Makes columns of bodies, somewhere where nobody else waits for it. */
export interface Decoder {
  /**
   * Resolves when it is the tenant's turn and the body is decoded.
   *
   * @param gone aborted when nobody waits for the answer any more.
   * @throws IngestProblem for a body that cannot be taken, cannot be decoded within its limits of
   *   memory and time, or ended its decoder.
   * @throws Abandoned once `gone` is aborted.
   * @throws Unavailable when the server stops.
   */
  decode(body: EncodedBody, gone?: AbortSignal): Promise<DecodedBody>;
}
