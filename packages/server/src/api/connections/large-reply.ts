import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";
import { addressGroup } from "./address.ts";
import type { UnsentBytes, UnsentReply } from "./unsent-bytes.ts";

/** Smaller replies go out in one piece: connections hold little more than that anyway. */
const SLICED_FROM = 64 * 1024;
/** Small enough that a slow reader's progress shows within seconds. */
const SLICE_BYTES = 16 * 1024;

/**
 * Hook after everything: a large reply goes out slice by slice, as fast as its reader takes it, and is
 * counted while it waits.
 *
 * @throws Problem "overloaded" where too much waits already.
 */
export function sliceLargeReplies(unsent: UnsentBytes) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
  ): Promise<unknown> => {
    if (request.method === "HEAD" || sizeOf(payload) < SLICED_FROM) return payload;
    const bytes = bytesOf(payload as string | Uint8Array);
    const owner = request.access?.holder.keyId ?? addressGroup(request.ip);
    const counted = unsent.open(owner, bytes.length, () => reply.raw.destroy());
    if (counted === undefined) {
      // It described the reply that is not sent.
      reply.removeHeader("content-encoding");
      throw tooMuchUnread();
    }
    reply.raw.once("close", () => counted.done());
    reply.header("content-length", bytes.length);
    return new Slices(bytes, counted);
  };
}

/** Bytes that many replies share: they are held once, however many read them. */
export function sharedBytes(bytes: Uint8Array): Readable {
  return new Slices(bytes);
}

/** Hands out views of the bytes, one at a time. */
class Slices extends Readable {
  readonly #bytes: Uint8Array;
  readonly #counted: UnsentReply | undefined;
  #from = 0;

  constructor(bytes: Uint8Array, counted?: UnsentReply) {
    super({ highWaterMark: SLICE_BYTES });
    this.#bytes = bytes;
    this.#counted = counted;
  }

  override _read(): void {
    const from = this.#from;
    if (from >= this.#bytes.length) {
      this.push(null);
      return;
    }
    const slice = this.#bytes.subarray(from, from + SLICE_BYTES);
    this.#from += slice.length;
    this.#counted?.sent(slice.length);
    this.push(slice);
  }
}

function sizeOf(payload: unknown): number {
  return typeof payload === "string" || payload instanceof Uint8Array ? payload.length : 0;
}

function bytesOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}

function tooMuchUnread(): Problem {
  return new Problem("overloaded", "too many bytes of replies wait to be read", {
    retryAfterMs: 5000,
    hint: "read the replies that are under way, and ask for less at the same time",
  });
}
