import type { FastifyRequest, FastifySchemaCompiler } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { BodyFormat, Decoder } from "../../../decode/decoder.ts";
import { decodeLimits } from "../../../ingest/body-budget.ts";
import { IngestProblem } from "../../../ingest/ingest-problem.ts";
import type { DecodedBody } from "../../../ingest/packed-builder.ts";
import type { ByteRoom } from "../../../platform/admission.ts";
import { letGo } from "../../../platform/let-go.ts";
import { buffersOfBatch } from "../../../platform/packed-batch.ts";
import type { Limits } from "../../../tenant/limits.ts";
import { accessOf } from "../../access.ts";
import { Problem } from "../../problem.ts";
import type { Routes } from "../route.ts";
import { drain } from "./drain.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the body of this request holds of its tenant's share of memory; null outside of ingest. */
    byteRoom: ByteRoom | null;
    /** Aborted once the sender is gone without a reply; null outside of ingest. */
    gone: AbortSignal | null;
  }
}

/**
 * Bodies of these routes stay bytes. Each is counted against its tenant's share as it arrives, and
 * until the reply is sent or the sender is gone: a sender that is slow holds no more than it has sent.
 */
export function takeRawBodies(app: Parameters<Routes>[0], bytesMax: number): void {
  app.decorateRequest("byteRoom", null);
  app.decorateRequest("gone", null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (request: FastifyRequest, payload: FastifyRequest["raw"]) =>
    readBody(request, payload, bytesMax),
  );
  app.addHook("preParsing", async (request, reply) => {
    const room = accessOf(request).view("ingest").byteRoom();
    const gone = new AbortController();
    request.byteRoom = room;
    request.gone = gone.signal;
    reply.raw.once("close", () => {
      room.release();
      if (!reply.raw.writableFinished) gone.abort();
    });
  });
}

/** The schema of a body is for readers of /docs; our own decoders check it. */
export const compileAllButBody: FastifySchemaCompiler<z.ZodType> = (route) =>
  route.httpPart === "body" ? (value: unknown) => ({ value }) : validatorCompiler(route);

/** @throws IngestProblem for an empty body. */
export function rawBody(request: FastifyRequest): Uint8Array<ArrayBuffer> {
  const body = request.body as Uint8Array<ArrayBuffer> | undefined;
  if (body !== undefined && body.length > 0) return body;
  throw new IngestProblem("malformed_body", "the body is empty", "send the points in the body");
}

/**
 * The body as columns, which are counted against its tenant's share. The body itself is handed over. What it took
 * to decode it is charged, also where it cannot be taken.
 */
export async function decoded(
  decoder: Decoder,
  request: FastifyRequest,
  format: BodyFormat,
  limits: Limits,
): Promise<DecodedBody> {
  const { decodedBytesMax, pointsMax } = limits.body;
  const { tenantId } = accessOf(request);
  const decoding = decoder.decode(
    {
      ...{ tenantId, format, bytes: rawBody(request) },
      encoding: request.headers["content-encoding"],
      limits: decodeLimits(decodedBytesMax, pointsMax),
    },
    request.gone ?? undefined,
  );
  const body = await decoding.catch((error: unknown) => {
    if (isTooMuch(error)) limits.decoded(tenantId, pointsMax);
    throw error;
  });
  limits.decoded(tenantId, body.charged);
  const columns = buffersOfBatch(body.batch);
  hold(
    request,
    columns.reduce((bytes, column) => bytes + column.byteLength, 0),
  );
  return body;
}

/** Whether the body was decoded up to what one may come to. */
function isTooMuch(error: unknown): boolean {
  return error instanceof IngestProblem && error.fault === "body_too_large";
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
): Promise<Uint8Array<ArrayBuffer>> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const chunks: Buffer[] = [];
  let length = 0;
  let isRefused = false;
  const refuse = (problem: Error): void => {
    isRefused = true;
    payload.off("data", take);
    chunks.length = 0;
    request.byteRoom?.release();
    void drain(payload, bytesMax).then(() => reject(problem));
  };
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > bytesMax) refuse(tooLarge(bytesMax));
    else if (request.byteRoom?.take(chunk.length) !== true) refuse(noRoom());
    else chunks.push(chunk);
  };
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) {
    // Who says so beforehand is answered at once, and often has not begun to send.
    payload.resume();
    return Promise.reject(tooLarge(bytesMax));
  }
  payload.on("data", take);
  payload.once("end", () => {
    if (!isRefused) resolve(inOneBuffer(chunks, length));
  });
  payload.once("error", () => reject(cutOff()));
  // Making an error takes longer than all else here, and every body is closed.
  payload.once("close", () => {
    if (!payload.readableEnded) reject(cutOff());
  });
  return promise;
}

/**
 * In memory of its own, so that it can be handed over to another thread. The chunks are let go: few objects are made
 * beside them, so that they would wait long for the collector, and count as a heap that grows.
 */
export function inOneBuffer(chunks: readonly Buffer[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
    if (chunk.byteLength === chunk.buffer.byteLength) letGo([chunk.buffer]);
  }
  return bytes;
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
