import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

/** The dashboard brings its own scripts and styles and talks to this server only. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": PAGE_POLICY.join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** Hook before everything: headers of every reply; routes that may be cached say so themselves. */
export async function securityHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(HEADERS);
  reply.header("cache-control", "no-store");
  reply.header("x-request-id", request.id);
}

/** The policy of a page with inline scripts that we trust: each named by its hash, nothing else runs. */
export function policyForPage(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash("sha256").update(script!).digest("base64")}'`,
  );
  const looks = ["font-src 'self' data:", "style-src 'self' 'unsafe-inline'"];
  return [...PAGE_POLICY, ...looks, `script-src 'self' ${hashes.join(" ")}`.trim()].join("; ");
}
