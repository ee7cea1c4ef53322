import { builtInEngines } from "@foreshock/core/fold";
import { z } from "zod";
import { engineWire, unaskedWire } from "../../wire/rows.ts";
import {
  ClusterList,
  DataHealth,
  EngineList,
  MetricList,
  NodeList,
  PointsReply,
  SeriesList,
  SeriesRow,
  Summary,
  TenantList,
} from "../../wire/schema/inventory.ts";
import { accessOf } from "../access.ts";
import { rangeParam } from "../time-param.ts";
import { answer } from "../unchanged.ts";
import {
  clusterQuery,
  nodeQuery,
  pageQuery,
  placeFilter,
  placeQuery,
  rangeQuery,
  tenantQuery,
} from "./place-query.ts";
import { type RouteParts, type Routes, readRoute } from "./route.ts";
import { standingRows } from "./standing-rows.ts";

const SeriesParams = z.strictObject({ id: z.string().min(1).max(256) });

type App = Parameters<Routes>[0];
type Now = RouteParts["now"];

/** What there is and how fresh it is: tenants, clusters, nodes, metrics, series and their points. */
export function inventoryRoutes({ now }: RouteParts): Routes {
  return async (app) => {
    tenants(app);
    engines(app);
    summary(app, now);
    health(app, now);
    clusters(app, now);
    nodes(app, now);
    metrics(app, now);
    series(app, now);
    oneSeries(app, now);
    pointsOf(app, now);
  };
}

function tenants(app: App): void {
  app.get(
    "/tenants",
    readRoute("Tenants this key may see and how each of them stands, worst first", {
      tag: "inventory",
      querystring: z.strictObject({
        ...tenantQuery,
        names: z
          .stringbool()
          .default(false)
          .describe("Names only: no tenant is asked, and all else is null"),
      }),
      reply: TenantList,
      tenantless: true,
    }),
    async (request) => {
      const seen = accessOf(request).views("read");
      if (!request.query.names) return { data: await standingRows(seen), nextCursor: null };
      const data = seen.map(({ tenant }) => unaskedWire(tenant, "unasked"));
      return { data, nextCursor: null };
    },
  );
}

function engines(app: App): void {
  app.get(
    "/engines",
    readRoute("Detection engines, also those that cannot run here, and why", {
      tag: "inventory",
      querystring: z.strictObject(tenantQuery),
      reply: EngineList,
      tenantless: true,
    }),
    async (request) => {
      accessOf(request).demand("read");
      return { data: builtInEngines().list().map(engineWire), nextCursor: null };
    },
  );
}

function summary(app: App, now: Now): void {
  app.get(
    "/summary",
    readRoute("The tenant at a glance", {
      tag: "inventory",
      querystring: z.strictObject(tenantQuery),
      reply: Summary,
    }),
    (request, reply) => answer(request, reply, { what: "summary" }, now),
  );
}

function health(app: App, now: Now): void {
  app.get(
    "/health",
    readRoute("Health of the incoming data", {
      tag: "inventory",
      querystring: z.strictObject(tenantQuery),
      reply: DataHealth,
    }),
    (request, reply) => answer(request, reply, { what: "health" }, now),
  );
}

function clusters(app: App, now: Now): void {
  app.get(
    "/clusters",
    readRoute("Clusters", {
      tag: "inventory",
      querystring: z.strictObject(tenantQuery),
      reply: ClusterList,
    }),
    (request, reply) => answer(request, reply, { what: "clusters" }, now),
  );
}

function nodes(app: App, now: Now): void {
  app.get(
    "/nodes",
    readRoute("Nodes: one, those of a cluster, or all", {
      tag: "inventory",
      querystring: z.strictObject({ ...tenantQuery, ...clusterQuery, ...nodeQuery }),
      reply: NodeList,
    }),
    (request, reply) =>
      answer(request, reply, { what: "nodes", filter: placeFilter(request.query) }, now),
  );
}

function metrics(app: App, now: Now): void {
  app.get(
    "/metrics",
    readRoute("Metric names, of a cluster or node or all", {
      tag: "inventory",
      querystring: z.strictObject({ ...tenantQuery, ...clusterQuery, ...nodeQuery }),
      reply: MetricList,
    }),
    (request, reply) =>
      answer(request, reply, { what: "metrics", filter: placeFilter(request.query) }, now),
  );
}

function series(app: App, now: Now): void {
  app.get(
    "/series",
    readRoute("Series", {
      tag: "inventory",
      querystring: z.strictObject({ ...tenantQuery, ...placeQuery, ...pageQuery }),
      reply: SeriesList,
    }),
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const filter = placeFilter(request.query);
      return answer(request, reply, { what: "series", filter, page: { limit, cursor } }, now);
    },
  );
}

function oneSeries(app: App, now: Now): void {
  app.get(
    "/series/:id",
    readRoute("One series", {
      tag: "inventory",
      params: SeriesParams,
      querystring: z.strictObject(tenantQuery),
      reply: SeriesRow,
    }),
    (request, reply) => answer(request, reply, { what: "one-series", id: request.params.id }, now),
  );
}

function pointsOf(app: App, now: Now): void {
  app.get(
    "/series/:id/points",
    readRoute("Values, expected band and scores of one series", {
      tag: "inventory",
      params: SeriesParams,
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        maxPoints: z.coerce.number().int().min(10).max(20_000).default(1000),
      }),
      reply: PointsReply,
    }),
    async (request, reply) => {
      const { params, query } = request;
      const range = rangeParam(query, now());
      const read = { what: "points", id: params.id, range, pointsMax: query.maxPoints } as const;
      return answer(request, reply, read, now);
    },
  );
}
