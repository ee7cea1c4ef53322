import type { Socket } from "node:net";
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
import { DOOR_LIMITS } from "../config/door-limits.ts";
import type { Decoder } from "../decode/decoder.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { RefusedRequest } from "../observe/refused-requests.ts";
import type { LightWork } from "../platform/light-work.ts";
import type { Platform } from "../platform/platform.ts";
import type { Readiness } from "../platform/readiness.ts";
import type { Keyring } from "../tenant/keyring.ts";
import type { Limits } from "../tenant/limits.ts";
import { DEFAULT_SETTINGS, SettingsProblem } from "../tenant/tenant-settings.ts";
import { type DoorParts, door } from "./access.ts";
import { checkReply } from "./checked-replies.ts";
import { compressReplies } from "./compress.ts";
import { HttpFront } from "./connections/http-front.ts";
import { sliceLargeReplies } from "./connections/large-reply.ts";
import { collectRoutes, installDocs } from "./docs.ts";
import { installErrorHandler, problemOf, sendProblem } from "./error-handler.ts";
import { KnownRoutes } from "./known-routes.ts";
import { acceptedRequestId, newRequestId } from "./request-id.ts";
import { calibrationRoutes } from "./routes/calibration.ts";
import { installDashboard } from "./routes/dashboard.ts";
import { type DemoFault, demoRoutes } from "./routes/demo.ts";
import { ingestRoutes } from "./routes/ingest/ingest-routes.ts";
import { inventoryRoutes } from "./routes/inventory.ts";
import { type LabelMappings, labelRoutes } from "./routes/labels.ts";
import { pageRoutes } from "./routes/pages.ts";
import { probeRoutes } from "./routes/probes.ts";
import { resultRoutes } from "./routes/results.ts";
import { securityHeaders } from "./security-headers.ts";
import { untagRefusals } from "./unchanged.ts";
import { checkUrl, parseQuery } from "./url-check.ts";

export interface AppParts {
  readonly platform: Platform;
  readonly keyring: Keyring;
  readonly limits: Limits;
  /** Counts requests that go before the work of tenants that ask for more; nothing is counted without it. */
  readonly light?: LightWork | undefined;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly decoder: Decoder;
  readonly now: () => EpochMs;
  readonly version: string;
  /** The port that requests come from; a server makes it before all else. By default one of its own. */
  readonly front?: HttpFront | undefined;
  /** What /readyz says. By default what the platform says. */
  readonly readiness?: (() => Readiness) | undefined;
  /** The built dashboard; without it `/` says how to build it. */
  readonly dashboardDir?: string | undefined;
  /** Labels of remote write that name cluster and node; the defaults, for good, where not given. */
  readonly labels?: LabelMappings | undefined;
  /** The demonstration's answer key for one tenant; without it `/demo/truth` does not exist. */
  readonly demoTruth?: ((tenantId: string) => readonly DemoFault[]) | undefined;
  /** Hears of requests that were turned away for their key or their rate. */
  readonly requestRefused?: ((refused: RefusedRequest) => void) | undefined;
  /** Checks every reply against its schema. For tests: it doubles the cost of large replies. */
  readonly checkReplies?: boolean | undefined;
}

const FIXED_LABELS: LabelMappings = {
  of: () => DEFAULT_SETTINGS.labels,
  change: () => {
    throw new SettingsProblem("labels: this server keeps no settings of tenants");
  },
};

/** Source: baseline defaults of the reliability page. */
const BODY_BYTES_MAX = 64 * 1024;
const PARAM_CHARS_MAX = 512;

/**
 * The routes behind the port. Where `front` is left out, `await app.listen({ host, port })` listens, and
 * `await app.close()` finishes what is under way and stops; else both are up to whoever made the port.
 */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const front = parts.front ?? ownFront();
  const app = newServer(parts.log, front).withTypeProvider<ZodTypeProvider>();
  const routes = new KnownRoutes();
  routes.collect(app as FastifyInstance);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(
    parts.checkReplies === true ? createSerializerCompiler() : () => JSON.stringify,
  );
  app.decorateRequest("access", null);
  app.decorateRequest("keyId", null);
  installErrorHandler(app as FastifyInstance, parts.requestRefused);
  app.addHook("onRequest", securityHeaders);
  app.addHook("onRequest", checkUrl);
  if (parts.checkReplies === true) app.addHook("onSend", checkReply);
  app.addHook("onSend", compressReplies());
  app.addHook("onSend", sliceLargeReplies(front.unsent));
  letGoOnClosing(app as FastifyInstance, front);
  measure(app as FastifyInstance, parts.metrics);
  await collectRoutes(app as FastifyInstance, parts.version);
  const doorParts = { ...parts, keySeen: (socket: Socket) => front.keySeen(socket) };
  await app.register(async (api) => registerApi(api, doorParts), { prefix: "/api/v1" });
  await app.register(
    probeRoutes({ ...parts, readiness: parts.readiness ?? (() => parts.platform.readiness()) }),
  );
  await installDocs(app as FastifyInstance);
  await installDashboard(app as FastifyInstance, routes, parts.dashboardDir);
  if (parts.front === undefined) {
    app.addHook("preClose", async () => {
      await front.end();
      front.close();
    });
  }
  await app.ready();
  if (parts.front === undefined) front.open();
  return app as FastifyInstance;
}

function ownFront(): HttpFront {
  const progress = () => ({ phase: "starting", done: 0, total: 1 });
  return new HttpFront({ limits: DOOR_LIMITS, trustedProxies: [], progress });
}

function newServer(log: FastifyBaseLogger, front: HttpFront) {
  return Fastify({
    loggerInstance: log,
    // We write our own line a request: route instead of address, which may hold a key.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => acceptedRequestId(request.headers["x-request-id"]) ?? newRequestId(),
    bodyLimit: BODY_BYTES_MAX,
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    return503OnClosing: false,
    ...(front.trustedProxies.length === 0 ? {} : { trustProxy: [...front.trustedProxies] }),
    routerOptions: { querystringParser: parseQuery, maxParamLength: PARAM_CHARS_MAX },
    frameworkErrors: (error, request, reply) => {
      sendProblem(request as FastifyRequest, reply as FastifyReply, problemOf(error));
    },
    serverFactory: (handler) => front.attach(handler),
    // The port answers what is no HTTP, also before there are routes.
    clientErrorHandler: () => {},
  });
}

async function registerApi(api: FastifyInstance, parts: AppParts & DoorParts): Promise<void> {
  api.addHook("onRoute", (route) => {
    if (route.config?.need === undefined) throw new Error(`${route.url} must say what it needs`);
  });
  api.addHook("onRequest", door(parts));
  api.addHook("onSend", untagRefusals);
  const labels = parts.labels ?? FIXED_LABELS;
  await api.register(inventoryRoutes(parts));
  await api.register(pageRoutes(parts));
  await api.register(calibrationRoutes(parts));
  await api.register(resultRoutes(parts));
  await api.register(labelRoutes(labels));
  await api.register(ingestRoutes({ ...parts, labelsOf: (tenantId) => labels.of(tenantId) }));
  if (parts.demoTruth !== undefined) await api.register(demoRoutes(parts.demoTruth));
}

/** Clients learn with the last answer that the connection ends. */
function letGoOnClosing(app: FastifyInstance, front: HttpFront): void {
  app.addHook("onSend", async (_request, reply) => {
    if (front.isEnding) reply.header("connection", "close");
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
