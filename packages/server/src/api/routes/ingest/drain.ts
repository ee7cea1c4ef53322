import type { FastifyRequest } from "fastify";

/**
 * Throws away what is left of a body that is refused, so that its sender comes to read why: most read nothing before
 * they have sent all, and a connection that is closed before that takes the answer with it. Resolves at the end of
 * the body or after `bytesMax` bytes, whichever is first; never rejects. A sender that is slow is ended by the door.
 */
export function drain(body: FastifyRequest["raw"], bytesMax: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = 0;
  body.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) resolve();
  });
  for (const event of ["end", "error", "close"] as const) body.once(event, () => resolve());
  return promise;
}
