import { z } from "zod";
import { CalibrationReply } from "../../wire/schema/calibration.ts";
import { rangeParam } from "../time-param.ts";
import { answer } from "../unchanged.ts";
import { rangeQuery, tenantQuery } from "./place-query.ts";
import { type RouteParts, type Routes, readRoute } from "./route.ts";

/** Has the platform kept its promises? */
export function calibrationRoutes({ now }: RouteParts): Routes {
  return async (app) => {
    app.get(
      "/calibration",
      readRoute("Promised against realised alarms of the tenant's nodes, clusters and itself", {
        tag: "results",
        querystring: z.strictObject({ ...tenantQuery, ...rangeQuery }),
        reply: CalibrationReply,
      }),
      async (request, reply) => {
        const range = rangeParam(request.query, now());
        return answer(request, reply, { what: "calibration", range }, now);
      },
    );
  };
}
