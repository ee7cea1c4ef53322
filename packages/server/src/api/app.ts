import type { EpochMs } from "@foreshock/core/fold";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import {
  createSerializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { Decoder } from "../decode/decoder.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { LabelNames } from "../platform/label-names.ts";
import type { Platform } from "../platform/platform.ts";
import type { Keyring } from "../tenant/keyring.ts";
import type { Limits } from "../tenant/limits.ts";
import { DEFAULT_SETTINGS } from "../tenant/tenant-settings.ts";
import { door } from "./access.ts";
import { checkReply } from "./checked-replies.ts";
import { compressReply } from "./compress.ts";
import { collectRoutes, installDocs } from "./docs.ts";
import { installErrorHandler, problemBody, problemOf, sendProblem } from "./error-handler.ts";
import { Problem } from "./problem.ts";
import { acceptedRequestId, newRequestId } from "./request-id.ts";
import { calibrationRoutes } from "./routes/calibration.ts";
import { installDashboard } from "./routes/dashboard.ts";
import { type DemoFault, demoRoutes } from "./routes/demo.ts";
import { ingestRoutes } from "./routes/ingest/ingest-routes.ts";
import { inventoryRoutes } from "./routes/inventory.ts";
import { probeRoutes } from "./routes/probes.ts";
import { resultRoutes } from "./routes/results.ts";
import { securityHeaders } from "./security-headers.ts";
import { untagRefusals } from "./unchanged.ts";
import { checkUrl, parseQuery } from "./url-check.ts";

export interface AppParts {
  readonly platform: Platform;
  readonly keyring: Keyring;
  readonly limits: Limits;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly decoder: Decoder;
  readonly now: () => EpochMs;
  readonly version: string;
  /** The built dashboard; without it `/` says how to build it. */
  readonly dashboardDir?: string | undefined;
  /** Labels of remote write that name cluster and node; the defaults where not given. */
  readonly labelsOf?: ((tenantId: string) => LabelNames) | undefined;
  /** The demonstration's answer key for one tenant; without it `/demo/truth` does not exist. */
  readonly demoTruth?: ((tenantId: string) => readonly DemoFault[]) | undefined;
  /** Checks every reply against its schema. For tests: it doubles the cost of large replies. */
  readonly checkReplies?: boolean | undefined;
}

/** Source: baseline defaults of the reliability page. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
const HEADER_BYTES_MAX = 16 * 1024;
const CONNECTIONS_MAX = 1000;
const BODY_BYTES_MAX = 64 * 1024;
const PARAM_CHARS_MAX = 512;

/**
 * The HTTP door, not yet listening: `await app.listen({ host, port })`, and `await app.close()` to
 * finish what is under way and stop.
 */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const app = newServer(parts.log).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(
    parts.checkReplies === true ? createSerializerCompiler() : () => JSON.stringify,
  );
  app.decorateRequest("access", null);
  installErrorHandler(app as FastifyInstance);
  app.addHook("onRequest", securityHeaders);
  app.addHook("onRequest", checkUrl);
  if (parts.checkReplies === true) app.addHook("onSend", checkReply);
  app.addHook("onSend", compressReply);
  letGoOnClosing(app as FastifyInstance);
  measure(app as FastifyInstance, parts.metrics);
  await collectRoutes(app as FastifyInstance, parts.version);
  await app.register(async (api) => registerApi(api, parts), { prefix: "/api/v1" });
  await app.register(probeRoutes(parts));
  await installDocs(app as FastifyInstance);
  await installDashboard(app as FastifyInstance, parts.dashboardDir);
  await app.ready();
  return app as FastifyInstance;
}

function newServer(log: FastifyBaseLogger) {
  const app = Fastify({
    loggerInstance: log,
    // We write our own line a request: route instead of address, which may hold a key.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => acceptedRequestId(request.headers["x-request-id"]) ?? newRequestId(),
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: BODY_BYTES_MAX,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: HEADER_BYTES_MAX },
    forceCloseConnections: "idle",
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    return503OnClosing: true,
    routerOptions: { querystringParser: parseQuery, maxParamLength: PARAM_CHARS_MAX },
    frameworkErrors: (error, request, reply) => {
      sendProblem(request as FastifyRequest, reply as FastifyReply, problemOf(error));
    },
    clientErrorHandler: answerBrokenRequest,
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  return app;
}

/** Requests that are no HTTP: there is no reply object for them, only the bare connection. */
function answerBrokenRequest(
  this: FastifyInstance,
  error: Error & { code?: string },
  socket: import("node:net").Socket,
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const code =
    error.code === "HPE_HEADER_OVERFLOW"
      ? "headers_too_large"
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "request_timeout"
        : "bad_request";
  const problem = new Problem(code, "the request could not be read", {
    hint: "send plain HTTP/1.1",
  });
  const body = JSON.stringify(problemBody(problem, newRequestId()));
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

async function registerApi(api: FastifyInstance, parts: AppParts): Promise<void> {
  api.addHook("onRoute", (route) => {
    if (route.config?.need === undefined) throw new Error(`${route.url} must say what it needs`);
  });
  api.addHook("onRequest", door(parts));
  api.addHook("onSend", untagRefusals);
  const labelsOf = parts.labelsOf ?? (() => DEFAULT_SETTINGS.labels);
  await api.register(inventoryRoutes(parts));
  await api.register(calibrationRoutes(parts));
  await api.register(resultRoutes(parts));
  await api.register(ingestRoutes({ ...parts, labelsOf }));
  if (parts.demoTruth !== undefined) await api.register(demoRoutes(parts.demoTruth));
}

/** A connection that is kept alive after its last answer would hold up closing for as long as it is kept. */
function letGoOnClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    if (isClosing) reply.header("connection", "close");
  });
}

function measure(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.is404 ? "none" : (request.routeOptions.url ?? "none");
    metrics.httpRequests.inc({ route, code: String(reply.statusCode) });
    metrics.httpDuration.observe({ route }, reply.elapsedTime / 1000);
    request.log.debug({ route, status: reply.statusCode, ms: reply.elapsedTime }, "answered");
  });
}
