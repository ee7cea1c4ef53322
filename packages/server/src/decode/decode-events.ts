import type { BodyFormat } from "./decoder.ts";

/** What an operator hears of. */
export interface DecodeEvents {
  /** A body has cost its decoder its life; another one has taken its place. */
  decoderLost(loss: DecoderLoss): void;
}

export interface DecoderLoss {
  /** Undefined where the decoder was idle. */
  readonly tenantId: string | undefined;
  readonly kind: BodyFormat["kind"] | undefined;
  /** Of the body, packed. */
  readonly bytes: number;
  readonly reason: "memory" | "time" | "ended";
  readonly error: Error | undefined;
}
