import { z } from "zod";
import { accessOf } from "../access.ts";
import { CalibrationReply } from "../schema/calibration.ts";
import { rangeParam } from "../time-param.ts";
import { calibrationWire } from "../wire.ts";
import { rangeQuery, tenantQuery } from "./place-query.ts";
import { type RouteParts, type Routes, readRoute } from "./route.ts";

/** Has the platform kept its promises? */
export function calibrationRoutes({ now }: RouteParts): Routes {
  return async (app) => {
    app.get(
      "/calibration",
      readRoute("Promised against realised alarms of the tenant's nodes, clusters and itself", {
        querystring: z.strictObject({ ...tenantQuery, ...rangeQuery }),
        reply: CalibrationReply,
      }),
      async (request) => {
        const range = rangeParam(request.query, now());
        const report = await accessOf(request).view("read").calibration(range);
        return calibrationWire(range, report);
      },
    );
  };
}
