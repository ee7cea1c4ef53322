import type { EpochMs } from "@foreshock/core/fold";
import { z } from "zod";
import { instant, maybeInstant } from "../../wire/rows.ts";
import { TruthList } from "../../wire/schema/results.ts";
import { accessOf } from "../access.ts";
import { tenantQuery } from "./place-query.ts";
import { type Routes, readRoute } from "./route.ts";

/** One fault that the demonstration injected, or a decoy that must not be found. */
export interface DemoFault {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly cluster: string;
  /** Empty when the whole cluster is meant. */
  readonly nodes: readonly string[];
  readonly metrics: readonly string[];
  readonly startMs: EpochMs;
  /** 0 while it goes on. */
  readonly endMs: EpochMs;
  readonly silent: boolean;
}

/** GET /demo/truth: the answer key, of the caller's tenant only. */
export function demoRoutes(truth: (tenantId: string) => readonly DemoFault[]): Routes {
  return async (app) => {
    app.get(
      "/demo/truth",
      readRoute("What the demonstration injected", {
        tag: "results",
        querystring: z.strictObject(tenantQuery),
        reply: TruthList,
      }),
      async (request) => {
        const access = accessOf(request);
        access.demand("read");
        const data = truth(access.tenantId).map(({ startMs, endMs, nodes, metrics, ...fault }) => ({
          ...fault,
          nodes: [...nodes],
          metrics: [...metrics],
          from: instant(startMs),
          to: maybeInstant(endMs),
        }));
        return { data, nextCursor: null };
      },
    );
  };
}
