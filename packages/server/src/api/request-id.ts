import { randomBytes } from "node:crypto";

const SHAPE = /^[A-Za-z0-9._-]{1,64}$/;

/** A caller's own id where it is harmless; it is echoed and logged. */
export function acceptedRequestId(given: string | string[] | undefined): string | undefined {
  return typeof given === "string" && SHAPE.test(given) ? given : undefined;
}

export function newRequestId(): string {
  return `req_${randomBytes(12).toString("base64url")}`;
}
