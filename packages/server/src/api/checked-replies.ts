import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

/** Hook that holds each reply against the schema of its route. For tests: it doubles the cost of large replies. */
export async function checkReply(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<void> {
  const response = request.routeOptions.schema?.response as Record<string, unknown> | undefined;
  const schema = response?.[String(reply.statusCode)];
  if (!(schema instanceof z.ZodType) || !(payload instanceof Buffer)) return;
  schema.parse(JSON.parse(payload.toString()));
}
