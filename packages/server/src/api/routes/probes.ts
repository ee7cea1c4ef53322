import type { FastifyInstance } from "fastify";
import type { Metrics } from "../../observe/metrics.ts";
import type { Readiness } from "../../platform/readiness.ts";
import type { Keyring } from "../../tenant/keyring.ts";
import { notReadyText } from "../connections/probe-reply.ts";

export interface ProbeParts {
  readonly readiness: () => Readiness;
  readonly keyring: Keyring;
  readonly metrics: Metrics;
}

/** For machines that watch this server. None of them names a tenant without an operator key. */
export function probeRoutes({ readiness, keyring, metrics }: ProbeParts) {
  return async (app: FastifyInstance): Promise<void> => {
    const hidden = { schema: { hide: true } };

    // The port answers it before any route; this is for whoever asks the routes themselves.
    app.get("/healthz", hidden, async (_, reply) => reply.type("text/plain").send("ok\n"));

    app.get("/readyz", hidden, async (_, reply) => {
      const { ready, reasons, notes = [] } = readiness();
      const damaged = await metrics.damagedItems();
      const detail = damaged > 0 ? `damaged items since the start: ${damaged}, see the log\n` : "";
      return reply
        .code(ready ? 200 : 503)
        .type("text/plain")
        .send((ready ? "ready\n" : notReadyText(reasons)) + detail + linesOf(notes));
    });

    app.get("/metrics", hidden, async (request, reply) => {
      const [, token] = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? "") ?? [];
      const check = keyring.check(token);
      const tenants = "holder" in check && check.holder.scope === "operator";
      return reply.type(metrics.contentType).send(await metrics.text({ tenants }));
    });
  };
}

function linesOf(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
