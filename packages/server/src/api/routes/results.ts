import { z } from "zod";
import {
  AlarmList,
  AnomalyList,
  AnomalyRow,
  Explanation,
  FindingList,
  FindingRow,
  RankingReply,
  ScoresReply,
} from "../../wire/schema/results.ts";
import { LabelWord, LevelWord, RollupLevelWord } from "../../wire/schema/scalars.ts";
import { stepParam } from "../step-param.ts";
import { rangeParam, StepParam } from "../time-param.ts";
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

const IdParams = z.strictObject({ id: z.string().min(1).max(256) });

type App = Parameters<Routes>[0];
type Now = RouteParts["now"];

/** What was found: anomalies, findings, scores over time, rankings. */
export function resultRoutes({ now }: RouteParts): Routes {
  return async (app) => {
    anomalies(app, now);
    oneAnomaly(app, now);
    explanationOf(app, now);
    alarms(app, now);
    findings(app, now);
    oneFinding(app, now);
    scores(app, now);
    rankings(app, now);
  };
}

function anomalies(app: App, now: Now): void {
  app.get(
    "/anomalies",
    readRoute("Anomalies of series, worst or newest first", {
      tag: "results",
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        ...placeQuery,
        ...pageQuery,
        minScore: z.coerce.number().min(0).max(1).default(0.5),
        label: LabelWord.optional(),
        sort: z.enum(["score", "time"]).default("score"),
      }),
      reply: AnomalyList,
    }),
    async (request, reply) => {
      const { limit, cursor, minScore, label, sort } = request.query;
      const range = rangeParam(request.query, now());
      const filter = { ...placeFilter(request.query), range, minScore, label, sort };
      const read = { what: "anomalies", filter, page: { limit, cursor } } as const;
      return answer(request, reply, read, now);
    },
  );
}

function oneAnomaly(app: App, now: Now): void {
  app.get(
    "/anomalies/:id",
    readRoute("One anomaly", {
      tag: "results",
      params: IdParams,
      querystring: z.strictObject(tenantQuery),
      reply: AnomalyRow,
    }),
    (request, reply) => answer(request, reply, { what: "anomaly", id: request.params.id }, now),
  );
}

function explanationOf(app: App, now: Now): void {
  app.get(
    "/anomalies/:id/explanation",
    readRoute("Why it is one", {
      tag: "results",
      params: IdParams,
      querystring: z.strictObject(tenantQuery),
      reply: Explanation,
    }),
    (request, reply) => answer(request, reply, { what: "explanation", id: request.params.id }, now),
  );
}

function alarms(app: App, now: Now): void {
  app.get(
    "/alarms",
    readRoute("Alarms of series: one opening an episode, held while a fault lasts, newest first", {
      tag: "results",
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        ...placeQuery,
        ...pageQuery,
        minScore: z.coerce.number().min(0).max(1).default(0),
        state: z.enum(["open", "closed"]).optional(),
      }),
      reply: AlarmList,
    }),
    async (request, reply) => {
      const { limit, cursor, minScore, state } = request.query;
      const range = rangeParam(request.query, now());
      const filter = { ...placeFilter(request.query), range, minScore, state };
      const read = { what: "alarms", filter, page: { limit, cursor } } as const;
      return answer(request, reply, read, now);
    },
  );
}

function findings(app: App, now: Now): void {
  app.get(
    "/findings",
    readRoute("Findings: what the alert budget puts before a person, newest first", {
      tag: "results",
      querystring: z.strictObject({ ...tenantQuery, ...rangeQuery, ...pageQuery }),
      reply: FindingList,
    }),
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const range = rangeParam(request.query, now());
      return answer(request, reply, { what: "findings", range, page: { limit, cursor } }, now);
    },
  );
}

function oneFinding(app: App, now: Now): void {
  app.get(
    "/findings/:id",
    readRoute("One finding", {
      tag: "results",
      params: IdParams,
      querystring: z.strictObject(tenantQuery),
      reply: FindingRow,
    }),
    (request, reply) => answer(request, reply, { what: "finding", id: request.params.id }, now),
  );
}

function scores(app: App, now: Now): void {
  app.get(
    "/scores",
    readRoute("Calibrated scores of nodes, clusters or the tenant over time, in columns", {
      tag: "results",
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        ...clusterQuery,
        ...nodeQuery,
        level: RollupLevelWord.default("node"),
        step: StepParam.default("5m"),
      }),
      reply: ScoresReply,
    }),
    async (request, reply) => {
      const { level, step } = request.query;
      const range = rangeParam(request.query, now());
      const stepMs = stepParam(step, range.endMs - range.startMs);
      const filter = placeFilter(request.query);
      const query = { level, range, stepMs, filter };
      return answer(request, reply, { what: "scores", query }, now);
    },
  );
}

function rankings(app: App, now: Now): void {
  app.get(
    "/rankings",
    readRoute("Who misbehaves most in a range, learnt from what came before it", {
      tag: "results",
      querystring: z.strictObject({
        ...tenantQuery,
        ...rangeQuery,
        ...clusterQuery,
        ...nodeQuery,
        level: LevelWord.default("node"),
        n: z.coerce.number().int().min(1).max(1000).default(20),
      }),
      reply: RankingReply,
    }),
    async (request, reply) => {
      const { level, n } = request.query;
      const range = rangeParam(request.query, now());
      const filter = placeFilter(request.query);
      const query = { level, range, limit: n, filter };
      return answer(request, reply, { what: "rankings", query }, now);
    },
  );
}
