import { DAY_MS } from "@foreshock/core/fold";
import { z } from "zod";
import { MetricPage, NodeColumns, NodePage, Overview } from "../../wire/schema/pages.ts";
import { stepParam } from "../step-param.ts";
import { instantParam, rangeParam, StepParam, TimeParam } from "../time-param.ts";
import { answer } from "../unchanged.ts";
import { clusterQuery, nodeQuery, placeFilter, rangeQuery, tenantQuery } from "./place-query.ts";
import { type RouteParts, type Routes, readRoute } from "./route.ts";

type App = Parameters<Routes>[0];
type Now = RouteParts["now"];

const FINDINGS_BACK_MS = 30 * DAY_MS;
const Name = z.string().min(1).max(4096);
const nodeOf = { cluster: Name, node: Name };
const chartPoints = z.coerce.number().int().min(10).max(1000);

/** What a page shows, in one request each: cheaper than its parts, and unchanged as a whole. */
export function pageRoutes({ now }: RouteParts): Routes {
  return async (app) => {
    overview(app, now);
    nodeColumns(app, now);
    nodePage(app, now);
    metricPage(app, now);
  };
}

function overview(app: App, now: Now): void {
  app.get(
    "/overview",
    readRoute("The tenant on one page: summary, health, clusters, findings, lanes, charts", {
      tag: "pages",
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        step: StepParam.optional().describe("Of the lanes; without it there are none"),
        findingsFrom: TimeParam.describe("Findings that were open since; default now-30d"),
        maxPoints: chartPoints
          .optional()
          .describe("Of the chart of each open finding; without it there are none"),
      }),
      reply: Overview,
    }),
    async (request, reply) => {
      const { step, findingsFrom, maxPoints } = request.query;
      const nowMs = now();
      const range = rangeParam(request.query, nowMs);
      const sinceMs =
        findingsFrom === undefined
          ? nowMs - FINDINGS_BACK_MS
          : instantParam("findingsFrom", findingsFrom, nowMs);
      const query = {
        range,
        findingsRange: { startMs: Math.min(sinceMs, nowMs - 1), endMs: nowMs },
        ...(step === undefined ? {} : { stepMs: stepParam(step, range.endMs - range.startMs) }),
        pointsMax: maxPoints,
      };
      return answer(request, reply, { what: "overview", query }, now);
    },
  );
}

function nodeColumns(app: App, now: Now): void {
  app.get(
    "/nodes/columns",
    readRoute("Nodes in columns, of a cluster or all: a tenth of the same as rows", {
      tag: "inventory",
      querystring: z.strictObject({ ...tenantQuery, ...clusterQuery, ...nodeQuery }),
      reply: NodeColumns,
    }),
    (request, reply) =>
      answer(request, reply, { what: "node-columns", filter: placeFilter(request.query) }, now),
  );
}

function nodePage(app: App, now: Now): void {
  app.get(
    "/nodes/page",
    readRoute("A node on one page: its score over time, metrics with small charts, anomalies", {
      tag: "pages",
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        ...nodeOf,
        step: StepParam.default("5m").describe("Of the node's score over time"),
        maxPoints: chartPoints.default(240).describe("Of each chart; fewer for many metrics"),
      }),
      reply: NodePage,
    }),
    async (request, reply) => {
      const { cluster, node, step, maxPoints } = request.query;
      const range = rangeParam(request.query, now());
      const stepMs = stepParam(step, range.endMs - range.startMs);
      const query = { clusterId: cluster, nodeId: node, range, stepMs, pointsMax: maxPoints };
      return answer(request, reply, { what: "node-page", query }, now);
    },
  );
}

function metricPage(app: App, now: Now): void {
  app.get(
    "/metrics/page",
    readRoute("A metric of a node on one page: its points, anomalies and alarms", {
      tag: "pages",
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        ...nodeOf,
        metric: Name,
        maxPoints: z.coerce.number().int().min(10).max(20_000).default(1200),
      }),
      reply: MetricPage,
    }),
    async (request, reply) => {
      const { cluster, node, metric, maxPoints } = request.query;
      const range = rangeParam(request.query, now());
      const place = { clusterId: cluster, nodeId: node, metricName: metric };
      const query = { ...place, range, pointsMax: maxPoints };
      return answer(request, reply, { what: "metric-page", query }, now);
    },
  );
}
