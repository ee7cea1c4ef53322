import { BodyDecoder } from "../src/decode/body-decoder.ts";
import type { DecodeEvents } from "../src/decode/decode-events.ts";
import type { DecoderLink, LinkDecoder } from "../src/decode/decoder-link.ts";
import { DecoderPool } from "../src/decode/decoder-pool.ts";
import type { FromDecoder } from "../src/decode/protocol.ts";
import type { Later } from "./in-process-owners.ts";

const CACHE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Decoders in this thread: the real decoders and the real protocol, with messages copied and handed
 * over as between threads. Who runs when is up to `later`.
 */
export class InProcessDecoders {
  readonly #later: Later;
  readonly #links: RunningDecoder[] = [];

  constructor(later: Later) {
    this.#later = later;
  }

  readonly link: LinkDecoder = (events) => {
    const lane = `decoder ${this.#links.length}`;
    const decoder = new RunningDecoder(lane, this.#later, events);
    this.#links.push(decoder);
    return decoder;
  };

  /** Decoders that were started, those that have ended among them. */
  get started(): number {
    return this.#links.length;
  }

  /** Ends a decoder as an exception in its thread would: what it was decoding is lost. */
  kill(index: number, error = new Error("killed by the test")): void {
    const decoder = this.#links[index]!;
    if (!decoder.isRunning) return;
    decoder.isRunning = false;
    decoder.events.ended(error);
  }
}

class RunningDecoder implements DecoderLink {
  readonly events: Parameters<LinkDecoder>[0];
  isRunning = true;
  readonly #decoder: BodyDecoder;
  readonly #later: Later;
  readonly #lane: string;

  constructor(lane: string, later: Later, events: Parameters<LinkDecoder>[0]) {
    this.events = events;
    this.#lane = lane;
    this.#later = later;
    this.#decoder = new BodyDecoder({ cacheBytesMax: CACHE_BYTES_MAX }, (message, columns) =>
      this.#deliver(message, columns),
    );
  }

  post(...[message, columns = []]: Parameters<DecoderLink["post"]>): void {
    const copy = structuredClone(message, { transfer: [...columns] });
    this.#later(this.#lane, () => {
      if (this.isRunning) this.#decoder.hear(copy);
    });
  }

  async end(): Promise<void> {
    this.isRunning = false;
  }

  #deliver(message: FromDecoder, columns: readonly ArrayBuffer[]): void {
    const copy = structuredClone(message, { transfer: [...columns] });
    this.#later(`${this.#lane} out`, () => {
      if (this.isRunning) this.events.message(copy);
    });
  }
}

/** A pool of two such decoders, each message in a turn of its own. */
export function inProcessDecoders(
  events: DecodeEvents = { decoderLost: () => undefined },
): DecoderPool {
  const { link } = new InProcessDecoders((_lane, work) => void setImmediate(work));
  return new DecoderPool({ link, events, after: () => undefined });
}
