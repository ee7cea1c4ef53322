import { builtInEngines } from "@foreshock/core/fold";
import { z } from "zod";
import { accessOf } from "../access.ts";
import { Problem } from "../problem.ts";
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
} from "../schema/inventory.ts";
import { rangeParam } from "../time-param.ts";
import {
  clusterWire,
  engineWire,
  healthWire,
  metricWire,
  nodeWire,
  pointsWire,
  seriesWire,
  summaryWire,
} from "../wire.ts";
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

const SeriesParams = z.strictObject({ id: z.string().min(1).max(256) });

type App = Parameters<Routes>[0];
type Now = RouteParts["now"];

/** What there is and how fresh it is: tenants, clusters, nodes, metrics, series and their points. */
export function inventoryRoutes({ now }: RouteParts): Routes {
  return async (app) => {
    tenants(app);
    engines(app);
    summary(app);
    health(app);
    clusters(app);
    nodes(app);
    metrics(app);
    series(app);
    oneSeries(app);
    pointsOf(app, now);
  };
}

function tenants(app: App): void {
  app.get(
    "/tenants",
    readRoute("Tenants this key may see", {
      querystring: z.strictObject(tenantQuery),
      reply: TenantList,
      tenantless: true,
    }),
    async (request) => {
      const access = accessOf(request);
      access.demand("read");
      return { data: access.tenantIds().map((tenant) => ({ tenant })), nextCursor: null };
    },
  );
}

function engines(app: App): void {
  app.get(
    "/engines",
    readRoute("Detection engines, also those that cannot run here, and why", {
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

function summary(app: App): void {
  app.get(
    "/summary",
    readRoute("The tenant at a glance", {
      querystring: z.strictObject(tenantQuery),
      reply: Summary,
    }),
    async (request) => summaryWire(await accessOf(request).view("read").summary()),
  );
}

function health(app: App): void {
  app.get(
    "/health",
    readRoute("Health of the incoming data", {
      querystring: z.strictObject(tenantQuery),
      reply: DataHealth,
    }),
    async (request) => healthWire(await accessOf(request).view("read").health()),
  );
}

function clusters(app: App): void {
  app.get(
    "/clusters",
    readRoute("Clusters", { querystring: z.strictObject(tenantQuery), reply: ClusterList }),
    async (request) => {
      const rows = await accessOf(request).view("read").clusters();
      return { data: rows.map(clusterWire), nextCursor: null };
    },
  );
}

function nodes(app: App): void {
  app.get(
    "/nodes",
    readRoute("Nodes: one, those of a cluster, or all", {
      querystring: z.strictObject({ ...tenantQuery, ...clusterQuery, ...nodeQuery }),
      reply: NodeList,
    }),
    async (request) => {
      const rows = await accessOf(request).view("read").nodes(placeFilter(request.query));
      return { data: rows.map(nodeWire), nextCursor: null };
    },
  );
}

function metrics(app: App): void {
  app.get(
    "/metrics",
    readRoute("Metric names, of a cluster or node or all", {
      querystring: z.strictObject({ ...tenantQuery, ...clusterQuery, ...nodeQuery }),
      reply: MetricList,
    }),
    async (request) => {
      const rows = await accessOf(request).view("read").metrics(placeFilter(request.query));
      return { data: rows.map(metricWire), nextCursor: null };
    },
  );
}

function series(app: App): void {
  app.get(
    "/series",
    readRoute("Series", {
      querystring: z.strictObject({ ...tenantQuery, ...placeQuery, ...pageQuery }),
      reply: SeriesList,
    }),
    async (request) => {
      const { limit, cursor } = request.query;
      const view = accessOf(request).view("read");
      const page = await view.series(placeFilter(request.query), { limit, cursor });
      return { data: page.data.map(seriesWire), nextCursor: page.nextCursor ?? null };
    },
  );
}

function oneSeries(app: App): void {
  app.get(
    "/series/:id",
    readRoute("One series", {
      params: SeriesParams,
      querystring: z.strictObject(tenantQuery),
      reply: SeriesRow,
    }),
    async (request) => {
      const row = await accessOf(request).view("read").seriesById(request.params.id);
      if (row === undefined) throw new Problem("not_found", "no such series");
      return seriesWire(row);
    },
  );
}

function pointsOf(app: App, now: Now): void {
  app.get(
    "/series/:id/points",
    readRoute("Values, expected band and scores of one series", {
      params: SeriesParams,
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        maxPoints: z.coerce.number().int().min(10).max(20_000).default(1000),
      }),
      reply: PointsReply,
    }),
    async (request) => {
      const { params, query } = request;
      const view = accessOf(request).view("read");
      const reply = await view.points(params.id, rangeParam(query, now()), query.maxPoints);
      if (reply === undefined) throw new Problem("not_found", "no such series");
      return pointsWire(reply);
    },
  );
}
