import type { FastifyRequest, FastifySchemaCompiler } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { z } from "zod";
import { decodedBody } from "../../../ingest/body-encoding.ts";
import { IngestProblem } from "../../../ingest/ingest-problem.ts";
import type { ByteRoom } from "../../../platform/admission.ts";
import { accessOf } from "../../access.ts";
import { Problem } from "../../problem.ts";
import type { Routes } from "../route.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the body of this request holds of its tenant's share of memory; null outside of ingest. */
    byteRoom: ByteRoom | null;
  }
}

/**
 * Bodies of these routes stay bytes. Each is counted against its tenant's share as it arrives, and
 * until the reply is sent or the sender is gone: a sender that is slow holds no more than it has sent.
 */
export function takeRawBodies(app: Parameters<Routes>[0], bytesMax: number): void {
  app.decorateRequest("byteRoom", null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (request: FastifyRequest, payload: FastifyRequest["raw"]) =>
    readBody(request, payload, bytesMax),
  );
  app.addHook("preParsing", async (request, reply) => {
    const room = accessOf(request).view("ingest").byteRoom();
    request.byteRoom = room;
    reply.raw.once("close", () => room.release());
  });
}

/** The schema of a body is for readers of /docs; our own decoders check it. */
export const compileAllButBody: FastifySchemaCompiler<z.ZodType> = (route) =>
  route.httpPart === "body" ? (value: unknown) => ({ value }) : validatorCompiler(route);

/** @throws IngestProblem for an empty body. */
export function rawBody(request: FastifyRequest): Buffer {
  const body = request.body as unknown;
  if (body instanceof Buffer && body.length > 0) return body;
  throw new IngestProblem("malformed_body", "the body is empty", "send the points in the body");
}

/** The body as it was before the sender packed it; counted while it unfolds. */
export function unpacked(request: FastifyRequest, bytesMax: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"];
  return decodedBody(rawBody(request), encoding, bytesMax, (bytes) => hold(request, bytes));
}

/** @throws Problem "overloaded" when the tenant's share of memory is used up. */
export function hold(request: FastifyRequest, bytes: number): void {
  if (request.byteRoom?.take(bytes) !== true) throw noRoom();
}

export function mediaType(request: FastifyRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
}

export function demandType(request: FastifyRequest, allowed: readonly string[]): void {
  const type = mediaType(request);
  if (!allowed.includes(type)) throw wrongType(type, allowed);
}

export function wrongType(type: string, allowed: readonly string[]): IngestProblem {
  return new IngestProblem(
    "unsupported_media_type",
    type === "" ? "no content type was given" : `content type "${type.slice(0, 80)}"`,
    `send ${allowed.join(" or ")}`,
  );
}

/** Events, not iteration: leaving a loop over the request would end the connection before the reply. */
function readBody(
  request: FastifyRequest,
  payload: FastifyRequest["raw"],
  bytesMax: number,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const refuse = (problem: Error): void => {
    payload.off("data", take);
    payload.resume();
    chunks.length = 0;
    reject(problem);
  };
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > bytesMax) refuse(tooLarge(bytesMax));
    else if (request.byteRoom?.take(chunk.length) !== true) refuse(noRoom());
    else chunks.push(chunk);
  };
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) {
    refuse(tooLarge(bytesMax));
    return promise;
  }
  payload.on("data", take);
  payload.once("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  payload.once("error", () => reject(cutOff()));
  payload.once("close", () => reject(cutOff()));
  return promise;
}

function noRoom(): Problem {
  return new Problem("overloaded", "this tenant has too many bytes in flight", {
    retryAfterMs: 1000,
    hint: "send again in a second, with fewer requests in parallel",
  });
}

function tooLarge(bytesMax: number): Problem {
  return new Problem("body_too_large", `the body is larger than ${bytesMax} bytes`, {
    hint: "send the points in several requests",
  });
}

function cutOff(): Problem {
  return new Problem("bad_request", "the body was cut off", { hint: "send it again" });
}
