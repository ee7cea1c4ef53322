import type { LabelNames } from "../../../ingest/series-labels.ts";
import type { Metrics } from "../../../observe/metrics.ts";
import type { Limits } from "../../../tenant/limits.ts";
import type { Routes } from "../route.ts";
import { compileAllButBody, takeRawBodies } from "./body.ts";
import { csvRoute } from "./csv.ts";
import { jsonRoute } from "./json.ts";
import { remoteWriteRoute } from "./remote-write.ts";

export interface IngestParts {
  readonly limits: Limits;
  readonly metrics: Metrics;
  /** Which labels name cluster and node for a tenant; asked with each request. */
  readonly labelsOf: (tenantId: string) => LabelNames;
}

/** The ways in for points over HTTP: JSON and NDJSON, CSV, Prometheus remote write. */
export function ingestRoutes(parts: IngestParts): Routes {
  return async (app) => {
    app.setValidatorCompiler(compileAllButBody);
    takeRawBodies(app, parts.limits.body.compressedBytesMax);
    jsonRoute(app, parts);
    csvRoute(app, parts);
    remoteWriteRoute(app, parts);
  };
}
