import type { FromDecoder, ToDecoder } from "./protocol.ts";

/** What the pool hears from a decoder. */
export interface DecoderEvents {
  message(message: FromDecoder): void;
  /** The decoder has ended without being asked to. */
  ended(error: Error): void;
}

/** The pool's end of one decoder, wherever that runs. */
export interface DecoderLink {
  /** Bytes of its heap and columns; none where it shares the thread. */
  readonly memoryBytes?: () => Promise<number>;
  /** Messages arrive in order. `columns` are handed over: the sender must not touch them again. */
  post(message: ToDecoder, columns?: readonly ArrayBuffer[]): void;
  /** Ends the decoder at once, whatever it does; `ended` is not called. */
  end(): Promise<void>;
}

/** Starts a decoder. */
export type LinkDecoder = (events: DecoderEvents) => DecoderLink;
