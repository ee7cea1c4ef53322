import type { EpochMs } from "@foreshock/core/fold";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { Problem } from "../../wire/schema/problem.ts";
import type { Need } from "../access.ts";

/** A room of routes: registered under /api/v1, behind the door. */
export type Routes = FastifyPluginAsyncZod;

export interface RouteParts {
  readonly now: () => EpochMs;
}

interface ReadRouteSpec {
  readonly reply: z.ZodType;
  readonly querystring: z.ZodType;
  readonly params?: z.ZodType;
  readonly tenantless?: boolean;
  /** Group of the documentation. */
  readonly tag: Tag;
}

/** Groups of routes in the documentation, in its order. */
export const TAGS = {
  ingest: "Points in: JSON, CSV, Prometheus remote write",
  results: "What was found: anomalies, alarms, findings, scores, rankings",
  inventory: "What there is and how fresh it is",
  pages: "What a page shows, in one request each",
  settings: "How a tenant's data are read",
  operations: "For whoever runs the server, without a key",
} as const;
export type Tag = keyof typeof TAGS;

/** Refusals that every route behind the door may answer with. */
export const PROBLEMS = { "4xx": Problem, "5xx": Problem } as const;

type Schemas<Spec extends ReadRouteSpec> = {
  readonly querystring: Spec["querystring"];
  readonly response: { readonly 200: Spec["reply"] } & typeof PROBLEMS;
} & (Spec extends { readonly params: z.ZodType } ? { readonly params: Spec["params"] } : unknown);

/** Schema and needs of a route that only looks. */
export function readRoute<const Spec extends ReadRouteSpec>(summary: string, spec: Spec) {
  const { reply, tenantless, tag, ...parts } = spec;
  const schemas = { ...parts, response: { 200: reply, ...PROBLEMS } };
  const hasRange = spec.querystring instanceof z.ZodObject && "from" in spec.querystring.shape;
  // Pages tell of now as well.
  const ranged = hasRange && tag !== "pages";
  return {
    schema: {
      summary,
      tags: [tag],
      security: [{ key: [] }],
      ...(schemas as unknown as Schemas<Spec>),
    },
    config: {
      need: "read" as Need,
      ranged,
      ...(tenantless === true ? { tenantless } : {}),
    },
  };
}
